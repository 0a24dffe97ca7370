//! Queues to workers, as Lambda's event source mappings do it: real SQS events, partial failures, visibility, dead letters.

use std::sync::Arc;

use aws_events::event;
use common::{Platform, QueueFunction, SqsEvent};
use store::StoreError;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Seconds of a long poll.
const WAIT: i32 = 2;

/// Where a worker's messages come from.
#[derive(Debug, Clone)]
pub struct Source {
    pub url: String,
    pub batch: i32,
    /// Batches worked at the same time.
    pub at_once: usize,
}

/// Polls until `stop` changes; what is in work then is finished.
pub fn start(
    pollers: &mut JoinSet<()>,
    platform: &Arc<Platform>,
    function: &Arc<QueueFunction>,
    source: &Source,
    stop: &watch::Receiver<bool>,
) {
    for _ in 0..source.at_once {
        let (platform, function, source, mut stop) =
            (platform.clone(), function.clone(), source.clone(), stop.clone());
        pollers.spawn(async move {
            while !*stop.borrow() {
                let received = tokio::select! {
                    received = receive(&platform, &source) => received,
                    _ = stop.changed() => break,
                };
                if let Err(error) = work(&platform, &function, &source, received).await {
                    tracing::error!(error = %error, worker = function.worker.name, "queue not polled");
                    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                }
            }
        });
    }
}

async fn receive(platform: &Platform, source: &Source) -> Result<SqsEvent, StoreError> {
    let call =
        platform.store.sqs.receive_message().queue_url(&source.url).max_number_of_messages(source.batch);
    let all = aws_sdk_sqs::types::MessageSystemAttributeName::All;
    let received = call.wait_time_seconds(WAIT).message_system_attribute_names(all).send().await?;
    Ok(event(received.messages.unwrap_or_default()))
}

async fn work(
    platform: &Arc<Platform>,
    function: &QueueFunction,
    source: &Source,
    received: Result<SqsEvent, StoreError>,
) -> Result<(), StoreError> {
    let received = received?;
    let receipts: Vec<(String, String)> = received
        .records
        .iter()
        .filter_map(|message| Some((message.message_id.clone()?, message.receipt_handle.clone()?)))
        .collect();
    if receipts.is_empty() {
        return Ok(());
    }
    let response = function.run(platform.clone(), received).await;
    let failed = |id: &str| response.batch_item_failures.iter().any(|failure| failure.item_identifier == id);
    for (_, receipt) in receipts.iter().filter(|(id, _)| !failed(id)) {
        platform.store.sqs.delete_message().queue_url(&source.url).receipt_handle(receipt).send().await?;
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
