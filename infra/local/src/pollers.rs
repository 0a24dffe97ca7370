//! Queues to workers, as Lambda's event source mappings do it: real SQS events, partial failures, visibility, dead letters.

use std::sync::Arc;
use std::time::Duration;

use aws_events::event;
use aws_sdk_sqs::Client;
use common::{Platform, QueueFunction, SqsEvent};
use contract::resources::{Queue, Trigger};
use store::StoreError;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

/// Seconds of a long poll.
const WAIT: i32 = 2;
/// Seconds until a batch that reached no worker is handed out again.
const UNREACHED: i32 = 10;
const PAUSE: Duration = Duration::from_secs(1);

pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A worker, wherever it runs.
pub trait Worker: Send + Sync + 'static {
    /// Its function, for the log.
    fn name(&self) -> &'static str;

    /// Works a batch and answers the ids of the messages that failed. Where it answers an error, all of them stay.
    fn work(&self, event: SqsEvent) -> impl Future<Output = Result<Vec<String>, Failure>> + Send;
}

/// A worker in this process.
pub struct InProcess {
    pub platform: Arc<Platform>,
    pub function: QueueFunction,
}

impl Worker for InProcess {
    fn name(&self) -> &'static str {
        self.function.worker.name
    }

    async fn work(&self, event: SqsEvent) -> Result<Vec<String>, Failure> {
        let response = self.function.run(self.platform.clone(), event).await;
        Ok(response.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect())
    }
}

/// Where a worker's messages come from.
#[derive(Debug, Clone)]
pub struct Source {
    pub url: String,
    pub batch: i32,
    /// Batches worked at the same time.
    pub at_once: usize,
}

impl Source {
    /// What a trigger names, of queues with their URLs and those of their dead letters; `None` for a schedule.
    pub fn of(trigger: Trigger, queues: &[(Queue, String, String)], at_once: usize) -> Option<Self> {
        queues.iter().find_map(|(queue, url, dead)| match trigger {
            Trigger::Queue(wanted) if wanted == *queue => {
                Some(Self { url: url.clone(), batch: queue.batch.try_into().unwrap_or(1), at_once })
            }
            Trigger::DeadLetters(wanted) if wanted == *queue => {
                Some(Self { url: dead.clone(), batch: 10, at_once: 1 })
            }
            _ => None,
        })
    }
}

/// Polls until `stop` changes; what is in work then is finished.
pub fn start<W: Worker>(
    pollers: &mut JoinSet<()>,
    sqs: &Client,
    worker: &Arc<W>,
    source: &Source,
    stop: &watch::Receiver<bool>,
) {
    pollers.spawn(poll(sqs.clone(), worker.clone(), Arc::new(source.clone()), stop.clone()));
}

/// Receives one batch after the other, and works them beside each other.
async fn poll<W: Worker>(sqs: Client, worker: Arc<W>, source: Arc<Source>, mut stop: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(source.at_once));
    let mut works = JoinSet::new();
    while !*stop.borrow() {
        let received = async {
            let place = places.clone().acquire_owned().await;
            (place, receive(&sqs, &source).await)
        };
        let (place, received) = tokio::select! {
            received = received => received,
            _ = stop.changed() => break,
        };
        while works.try_join_next().is_some() {}
        if received.as_ref().is_ok_and(|event| event.records.is_empty()) {
            continue;
        }
        let (sqs, worker, source) = (sqs.clone(), worker.clone(), source.clone());
        works.spawn(async move {
            if let Err(error) = work(&sqs, &*worker, &source, received).await {
                tracing::error!(error, worker = worker.name(), "messages not worked");
                tokio::time::sleep(PAUSE).await;
            }
            drop(place);
        });
    }
    while works.join_next().await.is_some() {}
}

async fn receive(sqs: &Client, source: &Source) -> Result<SqsEvent, StoreError> {
    let call = sqs.receive_message().queue_url(&source.url).max_number_of_messages(source.batch);
    let all = aws_sdk_sqs::types::MessageSystemAttributeName::All;
    let received = call.wait_time_seconds(WAIT).message_system_attribute_names(all).send().await?;
    Ok(event(received.messages.unwrap_or_default()))
}

async fn work<W: Worker>(
    sqs: &Client,
    worker: &W,
    source: &Source,
    received: Result<SqsEvent, StoreError>,
) -> Result<(), Failure> {
    let received = received?;
    let receipts: Vec<(String, String)> = received
        .records
        .iter()
        .filter_map(|message| Some((message.message_id.clone()?, message.receipt_handle.clone()?)))
        .collect();
    let failed = match worker.work(received).await {
        Ok(failed) => failed,
        Err(error) => {
            for (_, receipt) in &receipts {
                let call = sqs.change_message_visibility().queue_url(&source.url).receipt_handle(receipt);
                call.visibility_timeout(UNREACHED).send().await.map_err(StoreError::from)?;
            }
            return Err(error);
        }
    };
    for (_, receipt) in receipts.iter().filter(|(id, _)| !failed.contains(id)) {
        let call = sqs.delete_message().queue_url(&source.url).receipt_handle(receipt);
        call.send().await.map_err(StoreError::from)?;
    }
    Ok(())
}

mod aws_events {
    use aws_sdk_sqs::types::Message;
    use common::{SqsEvent, SqsMessage};

    /// The event Lambda would make of received messages.
    pub fn event(messages: Vec<Message>) -> SqsEvent {
        let mut event = SqsEvent::default();
        event.records = messages.into_iter().map(record).collect();
        event
    }

    fn record(message: Message) -> SqsMessage {
        let mut record = SqsMessage::default();
        record.message_id = message.message_id;
        record.receipt_handle = message.receipt_handle;
        record.body = message.body;
        record.event_source = Some("aws:sqs".into());
        let attributes = message.attributes.unwrap_or_default();
        record.attributes =
            attributes.into_iter().map(|(name, value)| (name.as_str().to_owned(), value)).collect();
        record
    }
}
