//! Webhooks: their secrets and signatures, and the sending of one message. What is sent to whom and when is kept by `store`.

mod courier;
mod sign;

use common::ApiError;
use contract::ErrorKind;
use store::{Store, WebhookRecord};
use uuid::Uuid;

pub use courier::{Answered, Courier, Unsent};
pub use sign::{Signatures, new_secret};

/// What a webhook's secret is sealed to.
pub fn seal_context(account: &str, id: &str) -> String {
    format!("webhook/{account}/{id}")
}

pub fn new_id() -> String {
    format!("wh_{}", Uuid::new_v4().simple())
}

/// The webhook of an account with this id.
pub async fn find(store: &Store, account: &str, id: &str) -> Result<WebhookRecord, ApiError> {
    store.webhooks().find(account, id).await?.ok_or_else(|| ApiError::new(ErrorKind::WebhookNotFound))
}
