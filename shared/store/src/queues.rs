//! Queues. Messages carry ids only; workers load the state.

use contract::resources::{EDITS, Queue};
use serde::{Deserialize, Serialize};

use crate::{Store, StoreError};

/// A message of the edits queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub task: u64,
}

#[derive(Debug)]
pub struct Queues<'a>(pub(crate) &'a Store);

impl Queues<'_> {
    pub async fn send_edit(&self, task: u64) -> Result<(), StoreError> {
        let body =
            serde_json::to_string(&Message { task }).map_err(|error| StoreError::Failed(error.into()))?;
        let queue = self.0.names.queue(&EDITS);
        self.0.sqs.send_message().queue_url(queue).message_body(body).send().await?;
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
