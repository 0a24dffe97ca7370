//! Ends deliveries whose message failed too often: failed. Their owners may have them sent again.

use std::sync::Arc;

use common::{Function, Platform, WorkerError};
use contract::resources::WEBHOOK_DEAD_LETTER;
use store::{DeliveryMessage, Sent};

const SENTENCE: &str = "It could not be sent for a reason on our side.";

pub fn function() -> Function {
    Function::queue(WEBHOOK_DEAD_LETTER, handle)
}

async fn handle(platform: Arc<Platform>, body: String) -> Result<(), WorkerError> {
    let message: DeliveryMessage = match serde_json::from_str(&body) {
        Ok(message) => message,
        Err(error) => {
            tracing::error!(%error, "a dead letter is no message of ours; dropped");
            return Ok(());
        }
    };
    let webhooks = platform.store.webhooks();
    let Some(delivery) = webhooks.delivery(&message.webhook, &message.delivery).await? else { return Ok(()) };
    let sent = Sent::Failed { status: None, error: SENTENCE.into() };
    if webhooks.end(&delivery, None, sent, platform.now_ms()).await? {
        tracing::error!(
            delivery = delivery.id,
            account = delivery.account,
            "delivery ended by its dead letter"
        );
    }
    Ok(())
}
