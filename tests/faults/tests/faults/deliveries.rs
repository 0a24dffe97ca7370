//! Messages that come more than once.

use std::sync::Arc;
use std::time::Duration;

use common::{Platform, QueueFunction, SqsBatchResponse, SqsEvent, Work};
use contract::Credits;
use faults::behind::{self, charges, load, messages, results};
use faults::eventually;
use futures::future::join_all;
use harness::{Harness, picture};
use serde_json::json;

/// The worker of edits as its queue calls it.
pub fn worker() -> QueueFunction {
    match edit_worker::function().work {
        Work::Queue(worker) => worker,
        other => panic!("the worker of edits is {other:?}"),
    }
}

/// One delivery of a task's message.
pub async fn deliver(worker: &QueueFunction, platform: &Arc<Platform>, task: u64) -> SqsBatchResponse {
    let message = json!({"messageId": uuid::Uuid::new_v4(), "body": json!({"task": task}).to_string()});
    let event: SqsEvent = serde_json::from_value(json!({"Records": [message]})).expect("an event");
    worker.run(Arc::clone(platform), event).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tasks_whose_messages_the_queue_delivers_three_times_are_charged_once() {
    let harness = Harness::start().await;
    let key = harness.account("thrice", 20).await;
    let input = harness.files().add("p.jpg", "image/jpeg", picture(40, 30));
    let mut ids = Vec::new();
    for _ in 0..20 {
        let call = harness.call("POST", "/v1/image/edit/async").key(&key).json(crate::edit(&input));
        let answer = call.send().await;
        ids.push(answer.json()["data"]["id"].as_u64().expect("an id"));
        for _ in 0..2 {
            behind::send_again(&harness.server, ids[ids.len() - 1]).await;
        }
    }
    for id in &ids {
        assert_eq!(harness.wait_task(&key, *id).await["status"], "DONE");
    }
    eventually(Duration::from_secs(20), "an empty queue", async || messages(harness.store()).await == (0, 0))
        .await;
    assert_eq!(charges(harness.store(), "thrice").await.len(), 20);
    assert_eq!(harness.balance("thrice").await.spent, Credits::whole(20));
    assert_eq!(results(harness.store()).await.len(), 20);
    harness.assert_books().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_deliveries_of_one_message_at_the_same_moment_are_worked_and_charged_once() {
    let harness = Harness::with(|options| options.workers = false).await;
    let key = harness.account("thrice", 10).await;
    let input = harness.files().add("p.jpg", "image/jpeg", picture(40, 30));
    let (worker, platform) = (worker(), harness.server.platform());
    for _ in 0..10 {
        let call = harness.call("POST", "/v1/image/edit/async").key(&key).json(crate::edit(&input));
        let id = call.send().await.json()["data"]["id"].as_u64().expect("an id");
        let deliveries = join_all((0..3).map(|_| deliver(&worker, platform, id))).await;
        assert!(deliveries.iter().all(|answer| answer.batch_item_failures.is_empty()));
        let task = load(&harness.server, id).await;
        assert_eq!((task.status.name(), task.attempts), ("DONE", 1));
    }
    assert_eq!(charges(harness.store(), "thrice").await.len(), 10);
    assert_eq!(harness.balance("thrice").await.spent, Credits::whole(10));
    assert_eq!(results(harness.store()).await.len(), 10);
    harness.assert_books().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_comes_after_its_task_has_ended_changes_nothing() {
    let harness = Harness::with(|options| options.workers = false).await;
    let input = harness.files().add("p.jpg", "image/jpeg", picture(40, 30));
    let (worker, platform) = (worker(), harness.server.platform());
    let answer = harness.call("POST", "/v1/image/edit/async").json(crate::edit(&input)).send().await;
    let id = answer.json()["data"]["id"].as_u64().expect("an id");
    deliver(&worker, platform, id).await;
    let done = load(&harness.server, id).await;
    harness.clock.advance_ms(3_600_000);
    let late = deliver(&worker, platform, id).await;
    assert!(late.batch_item_failures.is_empty());
    assert_eq!(load(&harness.server, id).await, done);
    assert_eq!(charges(harness.store(), "default").await.len(), 1);
    harness.assert_books().await;
}
