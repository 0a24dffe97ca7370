//! What the stories about webhooks share.

use harness::{Answer, Harness, Receiver};
use serde_json::{Value, json};

/// Every event there is.
pub const ALL: [&str; 7] = [
    "task.done",
    "task.error",
    "batch.completed",
    "batch.failed",
    "batch.cancelled",
    "request.done",
    "balance.low",
];

/// A webhook as its maker saw it.
#[derive(Debug, Clone)]
pub struct Hook {
    pub id: String,
    pub secret: String,
}

impl Hook {
    /// Of the answer that made it.
    ///
    /// # Panics
    /// It was not made.
    pub fn of(answer: Answer) -> Self {
        let made = answer.expect(201).json();
        let text = |name: &str| made[name].as_str().unwrap_or_else(|| panic!("no {name}: {made}")).to_owned();
        Self { id: text("id"), secret: text("secret") }
    }

    pub async fn make(harness: &Harness, key: &str, url: &str, events: &[&str]) -> Self {
        let body = json!({"url": url, "events": events});
        Self::of(harness.call("POST", "/v1/webhooks").key(key).json(body).send().await)
    }

    /// Its deliveries, newest first.
    pub async fn deliveries(&self, harness: &Harness, key: &str) -> Vec<Value> {
        let path = format!("/v1/webhooks/{}/deliveries", self.id);
        let page = harness.call("GET", &path).key(key).send().await.expect(200).json();
        page["data"].as_array().expect("a list").clone()
    }

    /// Waits until its newest delivery has this status.
    ///
    /// # Panics
    /// It does not get it.
    pub async fn newest(&self, harness: &Harness, status: &str) -> Value {
        let mut newest = Value::Null;
        for _ in 0..1_500 {
            newest = self.deliveries(harness, &harness.key).await.first().cloned().unwrap_or_default();
            if newest["status"] == status {
                return newest;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("not {status}: {newest}")
    }
}

/// A server that may send to these, with deliveries that are sent again so many times sooner.
pub async fn server(receivers: &[&Receiver], speed: u32) -> Harness {
    let addresses: Vec<_> = receivers.iter().map(|receiver| receiver.address()).collect();
    Harness::with(move |options| {
        options.fetch.allow.extend(addresses.into_iter().map(Into::into));
        options.config.webhook_speed = speed;
    })
    .await
}

/// Makes a batch job and cancels it before its start: the event that costs least.
pub async fn cancel_a_job(harness: &Harness, key: &str) -> String {
    let body = json!({"labels": ["billing", "football"]});
    let job = harness.call("POST", "/v1/batch").key(key).json(body).send().await.expect(201).json();
    let id = job["job_id"].as_str().expect("an id").to_owned();
    harness.call("POST", &format!("/v1/batch/{id}/cancel")).key(key).send().await.expect(202);
    id
}
