//! The ends of batches of edits are told as all others are.

use std::time::Duration;

use harness::{FileAnswer, Harness, Receiver, picture};
use journeys::webhooks::{Hook, server};
use journeys::{accepted, path_of};
use serde_json::{Value, json};

const BATCH: &str = "/v1/image/edit/batch";

async fn start(harness: &Harness, input: &[String]) -> u64 {
    accepted(harness.call("POST", BATCH).json(json!({"input": input, "operations": {}})).send().await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_of_edits_that_is_done_failed_or_cancelled_is_told_once_signed_and_as_a_look_shows_it() {
    let receiver = Receiver::start().await;
    let harness = server(&[&receiver], 1).await;
    let events = ["batch.completed", "batch.failed", "batch.cancelled"];
    let hook = Hook::make(&harness, &harness.key, &receiver.url("/hook"), &events).await;
    let good = harness.files().add("cat.jpg", "image/jpeg", picture(40, 30));
    let missing = format!("{good}.none");
    let slow = FileAnswer::new("image/jpeg", picture(40, 30)).after(Duration::from_millis(700));
    let slow = harness.files().handle("slow.jpg", move |_| slow.clone());
    start(&harness, &[good.clone(), missing.clone()]).await;
    start(&harness, std::slice::from_ref(&missing)).await;
    // Few enough that the message has all of them.
    let cancelled = start(&harness, &vec![slow; 20]).await;
    while harness.files().requests("slow.jpg") == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    harness.call("DELETE", &format!("{BATCH}/{cancelled}")).send().await.expect(200);
    let messages = receiver.wait(3).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(receiver.messages().len(), 3, "something was told twice");
    let mut told: Vec<String> = messages.iter().map(harness::Message::event).collect();
    told.sort();
    assert_eq!(told, ["batch.cancelled", "batch.completed", "batch.failed"]);
    for message in &messages {
        message.assert_signed(&hook.secret);
        assert!(!message.header("x-claid-hmac-sha256").is_empty());
        let mut data: Value = message.json()["data"].clone();
        let url = data.as_object_mut().expect("an object").remove("result_url").expect("an address");
        let url = url.as_str().expect("an address");
        assert!(url.contains(BATCH), "{url}");
        let shown = harness.call("GET", &path_of(url)).send().await.expect(200).json();
        assert_eq!(data, shown["data"]);
    }
    harness.assert_books().await;
}
