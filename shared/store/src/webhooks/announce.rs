//! The door for whatever ends something: who listens, and what they are sent.

use contract::clock::seconds;
use contract::limits::{DELIVERY_SECONDS, MAX_WEBHOOK_BODY};
use contract::platform::webhooks::{DeliveryStatus, Event};
use contract::resources::WEBHOOKS;
use rand::Rng;
use serde_json::{Value, json};

use super::deliveries::{DeliveryRecord, SOON_MS};
use super::{WebhookRecord, Webhooks};
use crate::{DeliveryMessage, Guard, StoreError, Transaction};

/// The webhooks of an account that listen to an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listening {
    account: String,
    event: Event,
    webhooks: Vec<String>,
}

/// What is told of an event.
#[derive(Debug, Clone, PartialEq)]
pub struct News {
    /// What a GET of the thing shows.
    pub data: Value,
    /// Where that is, with scheme and host.
    pub result_url: String,
    /// Whether pictures are edited: such messages have a second signature, that of the interface which images are compatible with.
    pub is_of_images: bool,
}

/// What is left out of a body that would be too long: what was asked for, and what came of it.
const LONG: [&str; 5] = ["request", "result", "results", "data", "payload"];
/// What is never left out.
const KEPT: [&str; 4] = ["id", "job_id", "status", "result_url"];

impl Listening {
    pub(super) fn alone(webhook: &WebhookRecord, event: Event) -> Self {
        Self { account: webhook.account.clone(), event, webhooks: vec![webhook.id.clone()] }
    }

    pub fn is_empty(&self) -> bool {
        self.webhooks.is_empty()
    }
}

impl News {
    pub fn new(data: Value, result_url: impl Into<String>) -> Self {
        Self { data, result_url: result_url.into(), is_of_images: false }
    }

    /// Of tasks and batches that edit pictures.
    pub fn of_images(data: Value, result_url: impl Into<String>) -> Self {
        Self { is_of_images: true, ..Self::new(data, result_url) }
    }

    /// The body of the message.
    fn body(&self, event: Event, now_ms: i64) -> String {
        let mut data = self.data.clone();
        data["result_url"] = self.result_url.as_str().into();
        let mut body = json!({"type": event.name(), "timestamp": seconds(now_ms), "data": data});
        let is_long = |body: &Value| body.to_string().len() > MAX_WEBHOOK_BODY;
        if is_long(&body) {
            for name in LONG {
                remove(&mut body, name);
            }
        }
        while is_long(&body) {
            let Some(name) = longest(&body) else { break };
            remove(&mut body, &name);
        }
        body.to_string()
    }
}

fn remove(body: &mut Value, name: &str) {
    if let Some(data) = body["data"].as_object_mut() {
        data.remove(name);
    }
}

/// The member of the data that takes most, of those that may be left out.
fn longest(body: &Value) -> Option<String> {
    let data = body["data"].as_object()?;
    let may_go = data.iter().filter(|(name, _)| !KEPT.contains(&name.as_str()));
    may_go.max_by_key(|(_, value)| value.to_string().len()).map(|(name, _)| name.clone())
}

impl Webhooks<'_> {
    /// Which webhooks of an account are to be told of an event: one query. Where there are none, nothing else costs anything.
    ///
    /// Three lines tell of the end of anything, before its last transaction, in it and after it:
    ///
    /// ```ignore
    /// let listening = store.webhooks().listening(account, Event::BatchCompleted).await?;
    /// let messages = store.webhooks().announce(&mut transaction, &listening, &News::of_images(data, url), now_ms)?;
    /// store.webhooks().send(&messages).await;
    /// ```
    ///
    /// The deliveries are committed with the transaction or not at all. A message that is lost the sweep sends again.
    pub async fn listening(&self, account: &str, event: Event) -> Result<Listening, StoreError> {
        let listens = |webhook: &WebhookRecord| webhook.is_enabled() && webhook.events.contains(&event);
        let webhooks = self.list(account).await?.into_iter().filter(listens).map(|webhook| webhook.id);
        Ok(Listening { account: account.to_owned(), event, webhooks: webhooks.collect() })
    }

    /// Adds a delivery for each webhook that listens, at most 20 writes. See [`Webhooks::listening`].
    pub fn announce(
        &self,
        transaction: &mut Transaction<'_>,
        listening: &Listening,
        news: &News,
        now_ms: i64,
    ) -> Result<Vec<DeliveryMessage>, StoreError> {
        let Listening { account, event, webhooks } = listening;
        if webhooks.is_empty() {
            return Ok(Vec::new());
        }
        let body = news.body(*event, now_ms);
        let mut messages = Vec::with_capacity(webhooks.len());
        for webhook in webhooks {
            let delivery = DeliveryRecord {
                account: account.clone(),
                webhook: webhook.clone(),
                id: format!("msg_{now_ms:013}{:016x}", rand::rng().random::<u64>()),
                event: *event,
                status: DeliveryStatus::Pending,
                body: body.clone(),
                is_of_images: news.is_of_images,
                created_at_ms: now_ms,
                attempts: 0,
                last_status: None,
                last_error: None,
                due_at_ms: Some(now_ms),
                lease: None,
                lease_until_ms: 0,
            };
            let item = delivery.item(now_ms + SOON_MS, now_ms / 1000 + DELIVERY_SECONDS);
            transaction.put_new(Guard::None, &WEBHOOKS, item)?;
            messages.push(delivery.message());
        }
        Ok(messages)
    }

    /// Has committed deliveries sent at once. What is not sent now the sweep sends.
    pub async fn send(&self, messages: &[DeliveryMessage]) {
        if messages.is_empty() {
            return;
        }
        if let Err(error) = self.0.queues().send_deliveries(messages, 0).await {
            tracing::warn!(%error, "messages of deliveries not sent; the sweep will");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body_of(data: Value) -> Value {
        let body =
            News::new(data, "https://api.example.com/things/7").body(Event::TaskDone, 1_773_401_829_160);
        assert!(body.len() <= MAX_WEBHOOK_BODY, "{}", body.len());
        serde_json::from_str(&body).expect("JSON")
    }

    #[test]
    fn a_body_has_type_timestamp_and_what_a_look_shows_with_its_address() {
        let body = body_of(json!({"id": 7, "status": "DONE", "request": {"input": "a"}}));
        let expected = json!({
            "type": "task.done", "timestamp": "2026-03-13T11:37:09Z",
            "data": {"id": 7, "status": "DONE", "request": {"input": "a"}, "result_url": "https://api.example.com/things/7"},
        });
        assert_eq!(body, expected);
    }

    #[test]
    fn a_body_over_twenty_thousand_bytes_loses_request_and_results_and_keeps_the_address() {
        let data = json!({"id": 7, "status": "DONE", "request": {"input": "é".repeat(10_000)}, "result": {"a": 1}, "errors": []});
        let kept = json!({"id": 7, "status": "DONE", "errors": [], "result_url": "https://api.example.com/things/7"});
        assert_eq!(body_of(data)["data"], kept);
        let just = json!({"id": 7, "request": "x".repeat(19_800)});
        assert!(body_of(just)["data"]["request"].is_string());
    }

    #[test]
    fn whatever_else_is_long_goes_too_and_never_what_names_the_thing() {
        let data = json!({"id": "x", "status": "failed", "image": "\u{1}".repeat(4_096), "errors": ["y".repeat(30_000)], "mode": "single"});
        let kept = json!({"id": "x", "status": "failed", "mode": "single", "result_url": "https://api.example.com/things/7"});
        assert_eq!(body_of(data)["data"], kept);
    }
}
