//! Workers of queues. A message is done or stays: failures are reported one by one, so neighbours in a batch do not notice.

use std::sync::Arc;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use contract::resources::{Queue, Trigger};

use crate::Platform;
use crate::function::{QueueFunction, WorkerError};
use crate::pipeline::caught;

/// Longest pause before a failed message is tried again, in seconds.
const LONGEST_PAUSE: u32 = 120;

impl QueueFunction {
    /// Works an event's messages one after the other.
    pub async fn run(&self, platform: Arc<Platform>, event: SqsEvent) -> SqsBatchResponse {
        let mut response = SqsBatchResponse::default();
        for message in event.records {
            if let Err(error) = self.message(&platform, &message).await {
                let id = message.message_id.clone().unwrap_or_default();
                tracing::warn!(message_id = id, error = %error, "{} failed a message", self.worker.name);
                self.put_off(&platform, &message).await;
                let mut failure = BatchItemFailure::default();
                failure.item_identifier = id;
                response.batch_item_failures.push(failure);
            }
        }
        response
    }

    async fn message(&self, platform: &Arc<Platform>, message: &SqsMessage) -> Result<(), WorkerError> {
        let body = message.body.clone().unwrap_or_default();
        caught(async { Ok((self.handle)(platform.clone(), body).await) }).await?
    }

    /// Tries again soon rather than after the queue's visibility timeout, which covers the longest piece of work.
    async fn put_off(&self, platform: &Platform, message: &SqsMessage) {
        let (Some(queue), Some(receipt)) = (self.queue(), &message.receipt_handle) else { return };
        let received: u32 = message
            .attributes
            .get("ApproximateReceiveCount")
            .and_then(|count| count.parse().ok())
            .unwrap_or(1);
        let pause = (1u32 << received.min(10)).min(LONGEST_PAUSE);
        if let Err(error) = platform.store.queues().retry_after(&queue, receipt, pause).await {
            tracing::warn!(error = %error, "message not put off; it waits for the visibility timeout");
        }
    }

    fn queue(&self) -> Option<Queue> {
        match self.worker.trigger {
            Trigger::Queue(queue) => Some(queue),
            Trigger::DeadLetters(_) | Trigger::Schedule { .. } => None,
        }
    }
}
