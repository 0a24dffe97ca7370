//! Write units of DynamoDB that a batch job takes, as the embedded store reports them for each call: those of an item's size in
//! whole KB, twice in a transaction, and those of indexes.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use common::Work;
use contract::Scope;
use serde_json::{Value, json};
use store::JobRecord;

use crate::watched::{Api, Watch};

const ROWS: usize = 1_000_000;
/// One in so many rows has a text, so that every segment is charged: a row without one writes as little to tables as one with.
const TEXTS: usize = 20;
const MOST_UNITS: f64 = 2_000.0;
const WRITES: [&str; 5] =
    [".PutItem", ".UpdateItem", ".DeleteItem", ".BatchWriteItem", ".TransactWriteItems"];

/// Calls that write, and their units.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    calls: usize,
    units: f64,
}

/// Has the store say what a call takes, and adds it up.
#[derive(Debug, Clone, Default)]
struct Metered(Arc<Mutex<Tally>>);

impl Watch for Metered {
    fn call(&self, inner: &SharedHttpConnector, mut request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        if !WRITES.iter().any(|name| target.ends_with(name)) {
            return inner.call(request);
        }
        let mut body = read(request.body());
        body["ReturnConsumedCapacity"] = "TOTAL".into();
        *request.body_mut() = SdkBody::from(body.to_string());
        let (answer, tally) = (inner.call(request), self.0.clone());
        HttpConnectorFuture::new(async move {
            let answer = answer.await?;
            let units = match &read(answer.body())["ConsumedCapacity"] {
                Value::Array(tables) => tables.iter().map(units).sum(),
                // A write that its condition refuses takes a unit as well.
                Value::Null => 1.0,
                table => units(table),
            };
            let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
            *tally = Tally { calls: tally.calls + 1, units: tally.units + units };
            drop(tally);
            Ok(answer)
        })
    }
}

fn read(body: &SdkBody) -> Value {
    serde_json::from_slice(body.bytes().expect("a body in memory")).expect("JSON")
}

fn units(table: &Value) -> f64 {
    table["CapacityUnits"].as_f64().expect("units")
}

impl Api<Metered> {
    async fn job(&self, id: &str) -> JobRecord {
        self.platform.store.jobs().find("acme", id).await.expect("an answer").expect("a job")
    }

    /// A job from its making to its end; its id.
    async fn whole(&self, file: String) -> String {
        let recipe =
            json!({"labels": ["billing", "shipping", "technical issue", "praise"], "priority": "fast"});
        let made = self.post(&batch_create::function(), "/v1/batch", &recipe).await;
        let (id, key) = (made["job_id"].as_str().expect("an id"), made["input_key"].as_str().expect("a key"));
        let store = &self.platform.store;
        store.batch_files().put(key, Bytes::from(file)).await.expect("an upload");
        self.post(&batch_start::function(), &format!("/v1/batch/{id}/start"), &json!({})).await;
        let Work::Queue(worker) = batch_worker::function().work else { panic!("no worker of a queue") };
        for message in store.jobs().messages(&self.job(id).await, i64::MAX).await.expect("messages") {
            let body = serde_json::to_string(&message).expect("JSON");
            let event = serde_json::from_value(json!({"Records": [{"messageId": "1", "body": body}]}));
            let answer = worker.run(self.platform.clone(), event.expect("an event")).await;
            assert!(answer.batch_item_failures.is_empty());
        }
        id.to_owned()
    }
}

/// Lines of 97 bytes or so, as those of 12 words are.
fn file() -> String {
    let words = "the order came late and the box was broken please refund it";
    let mut file = String::with_capacity(ROWS * 100);
    for row in 0..ROWS {
        let name = if row % TEXTS == 0 { "text" } else { "none" };
        writeln!(file, r#"{{"custom_id":{row},"{name}":"{words} {row}"}}"#).expect("a line");
    }
    file
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_million_rows_of_a_fast_job_take_under_2000_write_units() {
    let api = Api::new(Metered::default(), Scope::Jobs).await;
    let id = api.whole(file()).await;
    let job = api.job(&id).await;
    assert_eq!(job.completed, i64::try_from(ROWS).expect("few"), "{job:?}");
    assert_eq!(job.phase, store::JobPhase::Completed, "{job:?}");
    let shards = api.platform.store.jobs().shards(&id).await.expect("the shards");
    let segments: i64 = shards.iter().map(|shard| shard.segments).sum();
    let Tally { calls, units } = *api.watch.0.lock().unwrap_or_else(PoisonError::into_inner);
    println!(
        "fast, {ROWS} rows: {units} write units by {calls} calls; {} shards, {segments} segments",
        shards.len()
    );
    assert!(units < MOST_UNITS, "{units}");
}
