use contract::{Credits, ErrorKind};
use harness::Harness;
use serde_json::json;

use super::assert_kind;
use super::batch_create::{act, ended, files, look, make, started, tickets, until};
use super::batch_start::lines;
use crate::subject::bounded;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_that_are_done_are_kept_and_charged_and_the_rest_is_released() {
    bounded(240, async {
        let harness = Harness::start().await;
        let key = harness.account("stopped", 10_000).await;
        let total = 150_000;
        let id = started(&harness, &key, tickets(), &lines(total)).await;
        until(&harness, &key, &id, |job| job["requests_completed"].as_u64() > Some(0)).await;
        let answer = act(&harness, &key, &id, "cancel").await.expect(202).json();
        assert_eq!(answer, json!({"job_id": id, "status": "cancelling"}));
        let job = ended(&harness, &key, &id).await;
        assert_eq!(job["status"], "cancelled", "{job}");
        let done = job["requests_completed"].as_u64().expect("a count");
        assert!(done < total as u64, "{job}");
        let (results, _) = files(&harness, &key, &id).await;
        let ids: Vec<u64> = results.iter().filter_map(|line| line["custom_id"].as_u64()).collect();
        assert_eq!(ids, (0..done).collect::<Vec<_>>());
        let tokens: u64 = results.iter().filter_map(|line| line["tokens"].as_u64()).sum();
        let sheet = harness.balance("stopped").await;
        let spent = Credits::from_micro(80 * i64::try_from(tokens).expect("few"));
        assert_eq!((sheet.spent, sheet.held), (spent, Credits::ZERO));
        assert_kind(&act(&harness, &key, &id, "cancel").await, ErrorKind::JobState);
        assert_kind(&act(&harness, &key, &id, "start").await, ErrorKind::JobState);
        harness.assert_books().await;
        // The account's place is free.
        let next = started(&harness, &key, tickets(), &lines(3)).await;
        assert_eq!(ended(&harness, &key, &next).await["status"], "completed");
    })
    .await;
}

#[tokio::test]
async fn a_job_that_has_not_started_is_cancelled_at_once() {
    bounded(60, async {
        let harness = Harness::start().await;
        let made = make(&harness, &harness.key, tickets()).await;
        let id = made["job_id"].as_str().expect("an id");
        let answer = act(&harness, &harness.key, id, "cancel").await.expect(202).json();
        assert_eq!(answer["status"], "cancelled");
        assert_eq!(look(&harness, &harness.key, id).await["status"], "cancelled");
        assert_kind(&act(&harness, &harness.key, id, "start").await, ErrorKind::JobState);
    })
    .await;
}
