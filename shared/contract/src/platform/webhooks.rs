//! Webhooks: addresses that are told of events, and what was sent to them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{Check, Fault};
use crate::limits::MAX_WEBHOOK_URL;
use crate::uri::after_scheme;

/// What a webhook can be told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Event {
    /// An edit or an extraction in the background is done.
    #[serde(rename = "task.done")]
    TaskDone,
    /// An edit or an extraction in the background has failed.
    #[serde(rename = "task.error")]
    TaskError,
    #[serde(rename = "batch.completed")]
    BatchCompleted,
    #[serde(rename = "batch.failed")]
    BatchFailed,
    #[serde(rename = "batch.cancelled")]
    BatchCancelled,
    /// A request of an extraction model has ended; its status says how.
    #[serde(rename = "request.done")]
    RequestDone,
    /// The balance is below the operator's threshold.
    #[serde(rename = "balance.low")]
    BalanceLow,
}

impl Event {
    pub const ALL: [Self; 7] = [
        Self::TaskDone,
        Self::TaskError,
        Self::BatchCompleted,
        Self::BatchFailed,
        Self::BatchCancelled,
        Self::RequestDone,
        Self::BalanceLow,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::TaskDone => "task.done",
            Self::TaskError => "task.error",
            Self::BatchCompleted => "batch.completed",
            Self::BatchFailed => "batch.failed",
            Self::BatchCancelled => "batch.cancelled",
            Self::RequestDone => "request.done",
            Self::BalanceLow => "balance.low",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.name() == name)
    }
}

/// `POST /v1/webhooks`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookCreate {
    /// http or https, on a public host.
    #[schemars(length(min = 1, max = MAX_WEBHOOK_URL))]
    pub url: String,
    /// Each once.
    #[schemars(length(min = 1, max = 7))]
    pub events: Vec<Event>,
}

impl Check for WebhookCreate {
    fn check(&self, faults: &mut Vec<Fault>) {
        if let Some(sentence) = fault_of(&self.url) {
            faults.push(Fault::other("url", sentence));
        }
        let events = &self.events;
        if (1..events.len()).any(|at| events[..at].contains(&events[at])) {
            faults.push(Fault::other("events", "must name each event once"));
        }
    }
}

/// What a reader without a network sees: whether it is an address that messages can be sent to at all.
fn fault_of(url: &str) -> Option<&'static str> {
    let rest = ["https://", "http://"].iter().find_map(|scheme| after_scheme(url, scheme));
    let Some(rest) = rest else { return Some("must begin with https:// or http://") };
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    if url.len() > MAX_WEBHOOK_URL {
        return Some("is longer than 2048 bytes");
    }
    if url.chars().any(|character| character.is_control() || character.is_whitespace()) {
        return Some("has a space or a control character");
    }
    if authority.contains('@') {
        return Some("has a user name or password");
    }
    authority.is_empty().then_some("names no host")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WebhookStatus {
    Enabled,
    /// Its receiver has answered 410: nothing is sent to it any more.
    Disabled,
}

/// A webhook without its secret.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Webhook {
    pub id: String,
    pub url: String,
    pub events: Vec<Event>,
    pub status: WebhookStatus,
    pub created_at: String,
}

/// A webhook with its secret, which is shown this once.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct WebhookWithSecret {
    #[serde(flatten)]
    pub webhook: Webhook,
    /// `whsec_` and the base64 of the key that signs.
    pub secret: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct WebhookRef {
    pub id: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct WebhookDeleted {
    pub id: String,
    pub deleted: bool,
}

/// `GET /v1/webhooks/{id}/deliveries`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct DeliveryQuery {
    pub id: String,
    #[schemars(range(min = 1, max = 100))]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[schemars(length(max = 1024))]
    pub cursor: Option<String>,
}

impl Check for DeliveryQuery {
    fn check(&self, faults: &mut Vec<Fault>) {
        if self.cursor.as_ref().is_some_and(|cursor| cursor.is_empty() || cursor.len() > LONGEST_ID) {
            faults.push(Fault::other("cursor", "is no cursor of this list"));
        }
    }
}

/// Bytes of the longest id ever given.
const LONGEST_ID: usize = 128;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct DeliveryRef {
    pub id: String,
    pub delivery: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// It is sent, or will be.
    Pending,
    Delivered,
    /// It is not sent any more, unless by `redeliver`.
    Failed,
}

impl DeliveryStatus {
    pub const ALL: [Self; 3] = [Self::Pending, Self::Delivered, Self::Failed];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// A message to a webhook.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Delivery {
    /// The `webhook-id` of every attempt.
    pub id: String,
    pub event: Event,
    pub status: DeliveryStatus,
    pub created_at: String,
    /// How often it was sent, since it was made or sent again by hand.
    pub attempts: u32,
    /// Status of the last answer.
    pub last_status: Option<u16>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// When it is sent the next time, where it waits.
    pub next_attempt_at: Option<String>,
}

impl Check for WebhookRef {}
impl Check for DeliveryRef {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_http_has_a_host_and_nobodys_name() {
        for url in ["https://example.com", "HTTP://example.com:80/a?b=c@d", "https://[2001:db8::1]/x"] {
            assert_eq!(fault_of(url), None, "{url}");
        }
        for (url, word) in [
            ("ftp://example.com", "begin with"),
            ("example.com", "begin with"),
            ("https://user@example.com/", "user name"),
            ("https://user:word@example.com/", "user name"),
            ("https://", "no host"),
            ("https:///path", "no host"),
            ("https://example.com/a b", "space"),
            ("https://example.com/a\nb", "space"),
        ] {
            assert!(fault_of(url).is_some_and(|sentence| sentence.contains(word)), "{url}");
        }
        assert!(fault_of(&format!("https://example.com/{}", "é".repeat(1_100))).is_some());
    }

    #[test]
    fn every_event_is_read_by_the_name_it_is_written_by() {
        for event in Event::ALL {
            assert_eq!(serde_json::json!(event), event.name());
            assert_eq!(Event::parse(event.name()), Some(event));
        }
    }
}
