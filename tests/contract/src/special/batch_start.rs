use aws_sdk_dynamodb::types::AttributeValue;
use batches::ShardBytes;
use contract::{Credits, ErrorKind};
use harness::Harness;
use serde_json::{Value, json};

use super::assert_kind;
use super::batch_create::{PATH, act, ended, files, make, send_form, started, tickets, uploaded};
use crate::subject::bounded;

/// Lines of which no two are alike.
pub fn lines(count: usize) -> Vec<u8> {
    let subjects =
        ["I was charged twice", "It crashes at start", "Where is my invoice", "The screen stays black"];
    let line =
        |n: usize| json!({"custom_id": n, "text": format!("{}, {n}", subjects[n % 4])}).to_string() + "\n";
    (0..count).map(line).collect::<String>().into_bytes()
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

/// Works on a shard here, where the server has no workers. Whether the message is done with.
pub async fn work(harness: &Harness, account: &str, job: &str, shard: u32) -> bool {
    let common::Work::Queue(worker) = batch_worker::function().work else { panic!("no worker") };
    let body = json!({"account": account, "job": job, "shard": shard}).to_string();
    let event = json!({"Records": [{"messageId": "1", "body": body}]});
    let event = serde_json::from_value(event).expect("an event");
    let answer = worker.run(harness.server.platform().clone(), event).await;
    answer.batch_item_failures.is_empty()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_shards_whose_messages_come_three_times_give_each_line_once_in_order_and_are_charged_once() {
    bounded(240, async {
        let harness = Harness::start().await;
        harness.server.platform().provide(ShardBytes(Some(4001)));
        let key = harness.account("thrice", 1000).await;
        let id = started(&harness, &key, tickets(), &lines(2000)).await;
        let store = harness.store();
        let job = store.jobs().find("thrice", &id).await.expect("an answer").expect("a job");
        assert!(job.input.as_ref().is_some_and(|input| input.shards > 20), "{job:?}");
        let mut messages = store.jobs().messages(&job, i64::MAX).await.expect("messages");
        messages.reverse();
        for _ in 0..2 {
            store.queues().send_batches(&messages).await.expect("sent");
        }
        let job = ended(&harness, &key, &id).await;
        assert_eq!(
            (&job["status"], &job["requests_completed"]),
            (&json!("completed"), &json!(2000)),
            "{job}"
        );
        let (results, errors) = files(&harness, &key, &id).await;
        let ids: Vec<u64> = results.iter().filter_map(|line| line["custom_id"].as_u64()).collect();
        assert_eq!((ids, errors.len()), ((0..2000).collect(), 0));
        let tokens: u64 = results.iter().filter_map(|line| line["tokens"].as_u64()).sum();
        assert_eq!(job["actual_tokens"], tokens);
        let sheet = harness.balance("thrice").await;
        let spent = Credits::from_micro(80 * i64::try_from(tokens).expect("few"));
        assert_eq!((sheet.spent, sheet.held), (spent, Credits::ZERO));
        // One shard gives the same, byte for byte.
        harness.server.platform().provide(ShardBytes(None));
        let whole = started(&harness, &key, tickets(), &lines(2000)).await;
        ended(&harness, &key, &whole).await;
        assert_eq!(files(&harness, &key, &whole).await.0, results);
        harness.assert_books().await;
        // Parts are gone, results are there.
        let left =
            harness.store().batch_files().list(&format!("batches/results/{id}/")).await.expect("a listing");
        assert_eq!(left.len(), 1, "{left:?}");
    })
    .await;
}

#[tokio::test]
async fn what_cannot_start_is_refused_and_holds_nothing() {
    bounded(120, async {
        let harness = Harness::with(|options| options.workers = false).await;
        let key = harness.account("one", 10).await;
        let made = make(&harness, &key, tickets()).await;
        let id = made["job_id"].as_str().expect("an id");
        assert_kind(&act(&harness, &key, id, "start").await, ErrorKind::UploadMissing);
        let url = made["upload_url"].as_str().expect("an address");
        send_form(&harness, url, &made["upload_fields"], b"").await;
        assert_kind(&act(&harness, &key, id, "start").await, ErrorKind::UploadMissing);
        assert_eq!(harness.balance("one").await.available, Credits::whole(10));
        let poor = harness.account("poor", 0).await;
        let unpaid = uploaded(&harness, &poor, tickets(), &lines(10)).await;
        assert_kind(&act(&harness, &poor, &unpaid, "start").await, ErrorKind::InsufficientCredits);
        let (first, second) = (
            uploaded(&harness, &key, tickets(), &lines(10)).await,
            uploaded(&harness, &key, tickets(), &lines(10)).await,
        );
        act(&harness, &key, &first, "start").await.expect(202);
        assert_kind(&act(&harness, &key, &first, "start").await, ErrorKind::JobState);
        let held = harness.balance("one").await;
        assert_kind(&act(&harness, &key, &second, "start").await, ErrorKind::BatchConcurrencyLimit);
        assert_eq!(harness.balance("one").await.held, held.held);
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_balance_that_ends_in_the_middle_keeps_what_is_done_and_the_job_goes_on_later() {
    bounded(240, async {
        let harness = Harness::start().await;
        // What the sample sees has few tokens, what comes behind it many.
        let thin = json!({"text": "one", "pad": "x".repeat(1000)}).to_string() + "\n";
        let file = [thin.repeat(260).into_bytes(), lines(8000)].concat();
        let key = harness.account("short", 8).await;
        let id = started(&harness, &key, tickets(), &file).await;
        let job = ended(&harness, &key, &id).await;
        assert_eq!(job["status"], "failed", "{job}");
        assert!(job["error"].as_str().is_some_and(|error| error.contains("balance")), "{job}");
        let done = job["requests_completed"].as_u64().expect("a count");
        assert!((1..8260).contains(&done), "{job}");
        let (results, _) = files(&harness, &key, &id).await;
        assert_eq!(results.len() as u64, done);
        let sheet = harness.balance("short").await;
        assert_eq!(
            (sheet.held, job["credits"].as_f64()),
            (Credits::ZERO, Some(sheet.spent.micro() as f64 / 1e6))
        );
        harness.grant("short", Credits::whole(1000)).await;
        act(&harness, &key, &id, "start").await.expect(202);
        let job = ended(&harness, &key, &id).await;
        assert_eq!(
            (&job["status"], &job["requests_completed"]),
            (&json!("completed"), &json!(8260)),
            "{job}"
        );
        let (all, _) = files(&harness, &key, &id).await;
        assert_eq!(all[..results.len()], results[..]);
        let ids: Vec<&Value> = all[260..].iter().map(|line| &line["custom_id"]).collect();
        assert!(ids.iter().enumerate().all(|(place, id)| **id == json!(place)));
        let tokens: u64 = all.iter().filter_map(|line| line["tokens"].as_u64()).sum();
        let sheet = harness.balance("short").await;
        assert_eq!(sheet.spent, Credits::from_micro(80 * i64::try_from(tokens).expect("few")));
        harness.assert_books().await;
        let rows =
            harness.call("GET", "/v1/balance/ledger?limit=100").key(&key).send().await.expect(200).json();
        let sum = |kind: &str| -> f64 {
            let of_kind = rows["data"].as_array().into_iter().flatten().filter(|row| row["kind"] == kind);
            of_kind.filter_map(|row| row["credits"].as_f64()).map(f64::abs).sum()
        };
        let (held, ended) = (sum("hold"), sum("charge") + sum("release"));
        assert!((held - ended).abs() < 1e-6, "held {held}, charged and released {ended}: {rows}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_replaced_after_the_start_fails_the_job_and_releases_the_rest() {
    bounded(120, async {
        let harness = Harness::with(|options| options.workers = false).await;
        let made = make(&harness, &harness.key, tickets()).await;
        let (id, url) = (made["job_id"].as_str().expect("an id"), made["upload_url"].as_str().expect("one"));
        send_form(&harness, url, &made["upload_fields"], &lines(10)).await.expect(204);
        act(&harness, &harness.key, id, "start").await.expect(202);
        send_form(&harness, url, &made["upload_fields"], &lines(11)).await.expect(204);
        assert!(work(&harness, "default", id, 0).await);
        let job = ended(&harness, &harness.key, id).await;
        assert_eq!(job["status"], "failed", "{job}");
        assert!(job["error"].as_str().is_some_and(|error| error.contains("replaced")), "{job}");
        let sheet = harness.balance("default").await;
        assert_eq!((sheet.held, sheet.spent), (Credits::ZERO, Credits::ZERO));
        assert_kind(&act(&harness, &harness.key, id, "start").await, ErrorKind::JobState);
        let listed = harness.call("GET", PATH).send().await.expect(200).json();
        assert_eq!(listed[0]["status"], "failed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_is_charged_at_the_price_of_its_first_start_whatever_the_table_says_when_it_goes_on() {
    bounded(240, async {
        let harness = Harness::with(|options| options.workers = false).await;
        let key = harness.account("dear", 1000).await;
        let id = started(&harness, &key, tickets(), &lines(500)).await;
        // As if the table had said 333 credits a million tokens when it started: what stands with the job counts from then on.
        let price = AttributeValue::N("333000000".to_owned());
        let call = harness.store().dynamodb.update_item().table_name("jobs");
        let call = call.key("pk", text("ACCOUNT#dear")).key("sk", text(&format!("JOB#{id}")));
        let call = call.update_expression("SET price = :price").expression_attribute_values(":price", price);
        call.send().await.expect("another price");
        assert!(work(&harness, "dear", &id, 0).await);
        let job = ended(&harness, &key, &id).await;
        assert_eq!(job["status"], "completed", "{job}");
        let tokens = job["actual_tokens"].as_i64().expect("a count");
        assert_eq!(harness.balance("dear").await.spent, Credits::from_micro(333 * tokens));
        harness.assert_books().await;
    })
    .await;
}
