//! One `Idempotency-Key`, many calls.

use std::time::Duration;

use contract::Credits;
use faults::behind::{charges, tasks};
use futures::future::join_all;
use harness::{Answer, Harness, picture};
use serde_json::json;

/// Sends a call again for as long as the first one is still running.
async fn persistently(send: impl AsyncFn() -> Answer) -> Answer {
    for _ in 0..400 {
        let answer = send().await;
        if answer.status != 409 {
            return answer;
        }
        assert_eq!(answer.json()["error_code"], "6003", "{}", answer.text());
        assert!(!answer.header("retry-after").is_empty());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the first call never ended");
}

fn assert_one_answer(answers: &[Answer]) {
    let first = answers.first().expect("fifty answers");
    assert_eq!(first.status, 200, "{}", first.text());
    assert!(answers.iter().all(|answer| (answer.status, &answer.body) == (200, &first.body)));
    let replayed = answers.iter().filter(|answer| answer.headers.contains_key("idempotent-replayed"));
    assert_eq!(replayed.count(), answers.len() - 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_idempotency_key_fifty_times_in_parallel_is_one_task_one_charge_and_equal_bodies() {
    let harness = Harness::start().await;
    let key = harness.account("one", 60).await;
    let input = harness.files().add("p.jpg", "image/jpeg", picture(40, 30));
    let calls = (0..50).map(|_| {
        persistently(async || {
            let call = harness.call("POST", "/v1/image/edit/async").key(&key);
            call.header("Idempotency-Key", "the-same").json(crate::edit(&input)).send().await
        })
    });
    let answers = join_all(calls).await;
    assert_one_answer(&answers);
    let id = answers[0].json()["data"]["id"].as_u64().expect("an id");
    assert_eq!(harness.wait_task(&key, id).await["status"], "DONE");
    assert_eq!(tasks(harness.store()).await.len(), 1);
    assert_eq!(charges(harness.store(), "one").await.len(), 1);
    assert_eq!(harness.balance("one").await.spent, Credits::whole(1));
    harness.assert_books().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_idempotency_key_fifty_times_in_parallel_is_one_upload_edit_and_one_charge() {
    let harness = Harness::start().await;
    let key = harness.account("one", 60).await;
    let file = picture(40, 30);
    let calls = (0..50).map(|_| {
        persistently(async || {
            let call =
                harness.call("POST", "/v1/image/edit/upload").key(&key).header("Idempotency-Key", "the-same");
            call.multipart(Some(json!({})), Some(("p.jpg", file.clone()))).send().await
        })
    });
    let answers = join_all(calls).await;
    assert_one_answer(&answers);
    assert_eq!(charges(harness.store(), "one").await.len(), 1);
    assert_eq!(harness.balance("one").await.spent, Credits::whole(1));
    harness.assert_books().await;
}
