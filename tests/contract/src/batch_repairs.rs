//! What a batch job lives through: lost messages, messages that fail too often, a second job meanwhile.

use batches::ShardBytes;
use common::Work;
use contract::Credits;
use harness::Harness;
use serde_json::{Value, json};
use store::{Ending, Hold, Input, JobPhase};

use crate::special::batch_create::{act, ended, files, started, tickets, uploaded};
use crate::special::batch_start::lines;
use crate::subject::bounded;

/// Starts a job as `batch-start` does, up to the moment at which it would send the messages.
async fn start_and_die(harness: &Harness, id: &str) {
    let (store, now_ms) = (harness.store(), harness.now_ms());
    let key = store.keys().list("default", 1, None).await.expect("keys").0.remove(0);
    let job = store.jobs().find("default", id).await.expect("an answer").expect("a job");
    let upload = store.batch_files().head(&format!("batches/inputs/{id}")).await.expect("an answer");
    let (bytes, etag) = upload.expect("an upload");
    let bytes = i64::try_from(bytes).expect("a small file");
    let input = Input {
        etag,
        bytes,
        gzip: false,
        shard_bytes: bytes / 3,
        shards: 4,
        lines: 100,
        tokens: 1000,
        price: Credits::whole(80),
    };
    let hold = Hold::new(&key, "a-request", Credits::whole(1), now_ms);
    let mut first = store.transaction();
    store.ledger().hold(&mut first, &hold, None, now_ms, Some(now_ms + 60_000)).expect("a hold");
    first.commit().await.expect("a hold");
    let mut second = store.transaction();
    store.ledger().hand_over(&mut second, &hold).expect("a hand-over");
    store.jobs().start(&mut second, &job, &input, &hold, now_ms).expect("a start");
    second.commit().await.expect("a start");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_whose_messages_were_never_sent_is_found_by_the_sweep() {
    bounded(120, async {
        let harness = Harness::start().await;
        let id = uploaded(&harness, &harness.key, tickets(), &lines(100)).await;
        start_and_die(&harness, &id).await;
        harness.server.sweep().await;
        let job = harness.store().jobs().find("default", &id).await.expect("an answer").expect("a job");
        assert_eq!(job.completed, 0, "the sweep came before its time");
        harness.clock.advance_ms(301_000);
        harness.server.sweep().await;
        let job = ended(&harness, &harness.key, &id).await;
        assert_eq!((&job["status"], &job["requests_completed"]), (&json!("completed"), &json!(100)), "{job}");
        assert_eq!(files(&harness, &harness.key, &id).await.0.len(), 100);
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_letter_ends_its_job_which_can_be_started_again() {
    bounded(120, async {
        let harness = Harness::with(|options| options.workers = false).await;
        let id = started(&harness, &harness.key, tickets(), &lines(50)).await;
        let start_of = async || {
            let job = harness.store().jobs().find("default", &id).await.expect("an answer").expect("a job");
            job.hold.expect("a hold").id
        };
        let first = start_of().await;
        let deliver = async |function: common::Function, shard: Option<u32>| {
            let Work::Queue(worker) = function.work else { panic!("no worker of a queue") };
            let body = json!({"account": "default", "job": id, "shard": shard, "start": first}).to_string();
            let event = serde_json::from_value(json!({"Records": [{"messageId": "1", "body": body}]}));
            let answer = worker.run(harness.server.platform().clone(), event.expect("an event")).await;
            assert!(answer.batch_item_failures.is_empty());
        };
        deliver(batch_dead_letter::function(), Some(0)).await;
        deliver(batch_worker::function(), None).await;
        let job = ended(&harness, &harness.key, &id).await;
        assert_eq!((&job["status"], &job["credits"]), (&json!("failed"), &json!(0)), "{job}");
        assert!(job["error"].as_str().is_some_and(|error| error.contains("on our side")), "{job}");
        assert_eq!(harness.balance("default").await.held, Credits::ZERO);
        act(&harness, &harness.key, &id, "start").await.expect(202);
        assert_ne!(start_of().await, first);
        // A letter of the first start comes late.
        deliver(batch_dead_letter::function(), Some(0)).await;
        assert_eq!(look(&harness, &id).await["status"], "processing");
        // Late and repeated: only the first does anything.
        for _ in 0..3 {
            deliver(batch_worker::function(), Some(0)).await;
        }
        deliver(batch_worker::function(), Some(7)).await;
        let job = ended(&harness, &harness.key, &id).await;
        assert_eq!((&job["status"], &job["requests_completed"]), (&json!("completed"), &json!(50)), "{job}");
        assert_eq!(job["error"], json!(null));
        harness.assert_books().await;
        let rows = harness.call("GET", "/v1/logs?route=batch-worker").send().await.expect(200).json();
        let charged = rows["data"].as_array().expect("rows").iter();
        let credits: Vec<f64> = charged.filter_map(|row| row["credits"].as_f64()).collect();
        assert_eq!(credits, [job["credits"].as_f64().expect("credits"), 0.0]);
    })
    .await;
}

async fn look(harness: &Harness, id: &str) -> Value {
    harness.call("GET", &format!("/v1/batch/{id}")).send().await.expect(200).json()
}

/// Claims a job and ends it as its last worker does, up to the moment at which it would tell the log.
async fn end_and_die(harness: &Harness, id: &str) {
    let (store, now_ms) = (harness.store(), harness.now_ms());
    let job = store.jobs().find("default", id).await.expect("an answer").expect("a job");
    let claimed = store.jobs().claim(&job, "a-lease", (now_ms, now_ms + 1000)).await.expect("an answer");
    let job = claimed.expect("a job that can be ended");
    let ending = Ending { phase: JobPhase::Cancelled, error: None, results_bytes: 0, errors_bytes: 0 };
    let reserve = job.reserve;
    assert!(store.jobs().end(&job, "a-lease", reserve, &ending, now_ms).await.expect("an answer"));
}

async fn told(harness: &Harness, id: &str) -> (usize, f64) {
    let rows = harness.call("GET", "/v1/logs?route=batch-worker").send().await.expect(200).json();
    let path = format!("/v1/batch/{id}");
    let rows = rows["data"].as_array().expect("rows").iter().filter(|row| row["path"] == path).count();
    let usage = harness.call("GET", "/v1/usage?group_by=route").send().await.expect(200).json();
    let of_jobs = usage["data"].as_array().expect("rows").iter().find(|row| row["route"] == "batch-worker");
    (rows, of_jobs.map_or(0.0, |row| row["credits"].as_f64().expect("credits")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_whose_worker_died_at_its_end_is_told_of_once_also_where_it_was_deleted() {
    bounded(120, async {
        let harness = Harness::with(|options| options.workers = false).await;
        let Work::Queue(worker) = batch_worker::function().work else { panic!("no worker of a queue") };
        let deliver = async |id: &str, shard: Option<u32>| {
            let body = json!({"account": "default", "job": id, "shard": shard}).to_string();
            let event = serde_json::from_value(json!({"Records": [{"messageId": "1", "body": body}]}));
            worker.run(harness.server.platform().clone(), event.expect("an event")).await
        };
        // A job that was charged, and was ended again by one that died.
        let mut charged = 0.0;
        for is_deleted in [false, true] {
            let id = uploaded(&harness, &harness.key, tickets(), &lines(50)).await;
            harness.server.platform().provide(ShardBytes(Some(1000)));
            act(&harness, &harness.key, &id, "start").await.expect(202);
            deliver(&id, Some(0)).await;
            act(&harness, &harness.key, &id, "cancel").await.expect(202);
            end_and_die(&harness, &id).await;
            let (rows, before) = told(&harness, &id).await;
            assert_eq!((rows, before), (0, charged));
            let credits = look(&harness, &id).await["credits"].as_f64().expect("credits");
            assert!(credits > 0.0);
            charged += credits;
            if is_deleted {
                harness.call("DELETE", &format!("/v1/batch/{id}")).send().await.expect(200);
            } else {
                for _ in 0..2 {
                    deliver(&id, None).await;
                }
            }
            let (rows, after) = told(&harness, &id).await;
            assert_eq!(rows, 1);
            assert!((after - charged).abs() < 1e-9, "{after} and not {charged}");
        }
    })
    .await;
}
