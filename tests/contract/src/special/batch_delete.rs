use contract::ErrorKind;
use harness::Harness;
use serde_json::json;

use super::assert_kind;
use super::batch_create::{PATH, act, ended, files, started, tickets, uploaded};
use crate::subject::bounded;

const LINE: &[u8] = b"{\"text\":\"I was charged twice\"}\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_goes_with_its_files_and_leaves_nothing() {
    bounded(120, async {
        let harness = Harness::start().await;
        let id = started(&harness, &harness.key, tickets(), LINE).await;
        ended(&harness, &harness.key, &id).await;
        files(&harness, &harness.key, &id).await;
        let deleted = harness.call("DELETE", &format!("{PATH}/{id}")).send().await.expect(200).json();
        assert_eq!(deleted, json!({"job_id": id, "deleted": true}));
        let left = harness.store().batch_files().list("batches/").await.expect("a listing");
        assert_eq!(left, []);
        let again = harness.call("DELETE", &format!("{PATH}/{id}")).send().await;
        assert_kind(&again, ErrorKind::JobNotFound);
        assert_eq!(harness.store().jobs().shards(&id).await.expect("shards"), []);
    })
    .await;
}

#[tokio::test]
async fn a_job_that_is_processed_is_not_deleted_nor_is_anothers() {
    bounded(120, async {
        let harness = Harness::with(|options| options.workers = false).await;
        let id = uploaded(&harness, &harness.key, tickets(), LINE).await;
        let other = harness.account("other", 10).await;
        let path = format!("{PATH}/{id}");
        assert_kind(&harness.call("DELETE", &path).key(&other).send().await, ErrorKind::JobNotFound);
        for verb in ["start", "cancel", "upload"] {
            assert_kind(&act(&harness, &other, &id, verb).await, ErrorKind::JobNotFound);
        }
        act(&harness, &harness.key, &id, "start").await.expect(202);
        assert_kind(&harness.call("DELETE", &path).send().await, ErrorKind::JobState);
        let results = harness.call("GET", &format!("{path}/results")).send().await;
        assert_kind(&results, ErrorKind::JobState);
    })
    .await;
}
