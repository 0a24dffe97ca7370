//! Many calls at once on one balance.

use std::time::Duration;

use contract::Credits;
use faults::behind::{charges, tasks};
use faults::eventually;
use futures::future::join_all;
use harness::{Answer, Harness, picture};
use serde_json::json;

fn count(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_parallel_uploads_on_a_balance_for_ten_exactly_ten_succeed() {
    let harness = Harness::start().await;
    let key = harness.account("small", 10).await;
    let file = picture(40, 30);
    let calls = (0..50).map(|_| {
        let form = Some(json!({"operations": {"resizing": {"width": 16}}}));
        harness
            .call("POST", "/v1/image/edit/upload")
            .key(&key)
            .multipart(form, Some(("p.jpg", file.clone())))
            .send()
    });
    let answers = join_all(calls).await;
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!((count(&answers, 200), count(&answers, 402)), (10, 40), "{statuses:?}");
    for refused in answers.iter().filter(|answer| answer.status == 402) {
        assert_eq!(refused.json()["error_code"], "4001", "{}", refused.text());
    }
    let balance = harness.balance("small").await;
    assert_eq!(
        (balance.available, balance.held, balance.spent),
        (Credits::ZERO, Credits::ZERO, Credits::whole(10))
    );
    assert_eq!(charges(harness.store(), "small").await.len(), 10);
    harness.assert_books().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_parallel_tasks_on_a_balance_for_ten_exactly_ten_are_accepted_and_done() {
    let harness = Harness::start().await;
    let key = harness.account("small", 10).await;
    let input = harness.files().add("p.jpg", "image/jpeg", picture(40, 30));
    let calls = (0..50)
        .map(|_| harness.call("POST", "/v1/image/edit/async").key(&key).json(crate::edit(&input)).send());
    let answers = join_all(calls).await;
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!((count(&answers, 200), count(&answers, 402)), (10, 40), "{statuses:?}");
    eventually(Duration::from_secs(20), "ten charges", async || {
        harness.balance("small").await.spent == Credits::whole(10)
    })
    .await;
    assert_eq!(tasks(harness.store()).await.len(), 10);
    assert_eq!(charges(harness.store(), "small").await.len(), 10);
    harness.assert_books().await;
}
