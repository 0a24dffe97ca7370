//! Webhooks and deliveries.

use contract::platform::webhooks::Event;
use serde_json::json;
use store::{News, Secret};

use crate::subject::Subject;

/// Deletes the oldest webhooks of an account that has many: it may have no more than 20.
pub(super) async fn make_room(subject: &Subject, key: &str) {
    let harness = &subject.harness;
    let all = harness.call("GET", "/v1/webhooks").key(key).send().await.expect(200).json();
    let all = all["data"].as_array().expect("a list");
    for webhook in all.iter().take(all.len().saturating_sub(15)) {
        let path = format!("/v1/webhooks/{}", webhook["id"].as_str().expect("an id"));
        harness.call("DELETE", &path).key(key).send().await.expect(200);
    }
}

/// The id of a fresh webhook.
pub async fn webhook(subject: &Subject, key: &str) -> String {
    make_room(subject, key).await;
    let body = json!({"url": "https://example.com/hook", "events": ["batch.cancelled"]});
    let made = subject.harness.call("POST", "/v1/webhooks").key(key).json(body).send().await;
    made.expect(201).json()["id"].as_str().expect("an id").to_owned()
}

/// Ids of a fresh webhook and of a delivery to it that nobody sends.
pub async fn delivery(subject: &Subject, key: &str) -> (String, String) {
    let (store, id) = (subject.harness.store(), webhook(subject, key).await);
    let secret = Secret::parse(key).expect("a key");
    let key = store.keys().find_by_secret(&secret).await.expect("an answer").expect("a key");
    let webhooks = store.webhooks();
    let listening = webhooks.listening(&key.account, Event::BatchCancelled).await.expect("an answer");
    let news = News::new(json!({"job_id": "sample"}), "http://127.0.0.1/v1/batch/sample");
    let mut transaction = store.transaction();
    let messages =
        webhooks.announce(&mut transaction, &listening, &news, subject.harness.now_ms()).expect("deliveries");
    transaction.commit().await.expect("deliveries");
    let message = messages.into_iter().find(|message| message.webhook == id).expect("a delivery");
    (id, message.delivery)
}
