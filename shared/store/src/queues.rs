//! Queues. Messages carry ids only; workers load the state.

use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use contract::resources::{BATCHES, DELIVERIES, EDIT_CHUNKS, EDITS, EXTRACTS, Queue};
use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::{Store, StoreError};

/// A message of the edits queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub task: u64,
    /// Whose it is: an account has a share of what a process works on.
    #[serde(default)]
    pub account: String,
    /// How often it was put back because the share was taken.
    #[serde(default)]
    pub waited: u32,
}

/// A message of the queue of batch jobs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchMessage {
    pub account: String,
    pub job: String,
    /// The shard to work on; `None`: whether the job can be brought to its end.
    pub shard: Option<u32>,
    /// Id of the hold of the start that it was sent for.
    #[serde(default)]
    pub start: Option<String>,
}

/// A message of the queue of batches of edits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditBatchMessage {
    pub batch: u64,
    /// The chunk to work on; `None`: the batch itself, which is to be listed or brought to its end.
    pub chunk: Option<u32>,
    /// Whose it is: an account has a share of what a process works on.
    #[serde(default)]
    pub account: String,
    /// How often it was put back because the share was taken.
    #[serde(default)]
    pub waited: u32,
}

/// A message of the queue of extractions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExtractMessage {
    /// An extraction by its id.
    Read(String),
    /// A deleted model by its generation: its data are to go.
    Purge(String),
}

/// A message of the queue of deliveries to webhooks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryMessage {
    pub account: String,
    pub webhook: String,
    pub delivery: String,
    /// How often it was put back because too much was sent to the webhook already.
    #[serde(default)]
    pub waited: u32,
}

#[derive(Debug)]
pub struct Queues<'a>(pub(crate) &'a Store);

/// What `SendMessageBatch` takes.
const MOST_A_BATCH: usize = 10;
/// The longest that a message is put back because a share is taken, in seconds.
const LONGEST_WAIT: u32 = 16;

/// Seconds for which a message is put back that has waited so often, while the share of its account is taken: more each time, so that those who
/// wait in great numbers cost little.
pub fn put_back_seconds(waited: u32) -> u32 {
    let seconds = 1_u32.checked_shl(waited).unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT);
    rand::rng().random_range(seconds.div_ceil(2)..=seconds)
}

/// None rather than 0: a queue may have a delay of its own.
fn delay(seconds: u32) -> Option<i32> {
    i32::try_from(seconds).ok().filter(|seconds| *seconds > 0)
}

impl Queues<'_> {
    /// Messages for many tasks, to be received after so many seconds, at most 900; as many a call as SQS takes, like all that follow.
    pub async fn send_edits(&self, messages: &[Message], seconds: u32) -> Result<(), StoreError> {
        self.send_all(&EDITS, messages, seconds).await
    }

    /// Messages for many shards of jobs.
    pub async fn send_batches(&self, messages: &[BatchMessage]) -> Result<(), StoreError> {
        self.send_all(&BATCHES, messages, 0).await
    }

    /// Messages for many chunks of batches of edits, to be received after so many seconds, at most 900.
    pub async fn send_edit_chunks(
        &self,
        messages: &[EditBatchMessage],
        seconds: u32,
    ) -> Result<(), StoreError> {
        self.send_all(&EDIT_CHUNKS, messages, seconds).await
    }

    /// Messages for many extractions.
    pub async fn send_extracts(&self, messages: &[ExtractMessage]) -> Result<(), StoreError> {
        self.send_all(&EXTRACTS, messages, 0).await
    }

    /// Messages for many deliveries, to be received after so many seconds, at most 900.
    pub async fn send_deliveries(
        &self,
        messages: &[DeliveryMessage],
        seconds: u32,
    ) -> Result<(), StoreError> {
        self.send_all(&DELIVERIES, messages, seconds).await
    }

    async fn send_all(
        &self,
        queue: &Queue,
        messages: &[impl Serialize],
        seconds: u32,
    ) -> Result<(), StoreError> {
        for batch in messages.chunks(MOST_A_BATCH) {
            let entries = batch.iter().enumerate().map(|(number, message)| {
                let body =
                    serde_json::to_string(message).map_err(|error| StoreError::Failed(error.into()))?;
                let entry = SendMessageBatchRequestEntry::builder().id(number.to_string());
                let entry = entry.message_body(body).set_delay_seconds(delay(seconds));
                entry.build().map_err(|error| StoreError::Failed(error.into()))
            });
            let entries = entries.collect::<Result<_, _>>()?;
            let queue = self.0.names.queue(queue);
            let call = self.0.sqs.send_message_batch().queue_url(queue).set_entries(Some(entries));
            if let Some(refused) = call.send().await?.failed.first() {
                let message = format!("a message of a batch was refused: {}", refused.code());
                return Err(StoreError::Unavailable(message.into()));
            }
        }
        Ok(())
    }

    /// Lets a received message appear again after `seconds`.
    pub async fn retry_after(&self, queue: &Queue, receipt: &str, seconds: u32) -> Result<(), StoreError> {
        let call = self
            .0
            .sqs
            .change_message_visibility()
            .queue_url(self.0.names.queue(queue))
            .receipt_handle(receipt);
        call.visibility_timeout(seconds.try_into().unwrap_or(i32::MAX)).send().await?;
        Ok(())
    }
}
