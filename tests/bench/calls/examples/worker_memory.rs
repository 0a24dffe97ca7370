//! Peak memory of a process in which a worker of batch jobs works alone, one shard after another: with it are the embedded stores and
//! the models of both priorities, of which a Lambda has no stores and one model.

#[path = "../tests/calls/watched.rs"]
#[expect(dead_code, reason = "nothing is counted here")]
mod watched;

use std::fs;

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use bytes::Bytes;
use common::Work;
use contract::Scope;
use serde_json::json;
use store::{BatchFiles, JobPhase};
use watched::{Api, Watch};

const MEGABYTE: u64 = 1_000_000;
/// Bytes of a file beside which its parts in memory do not count.
const LARGE: u64 = 400 * MEGABYTE;

/// Passes requests on.
#[derive(Debug, Clone)]
struct Unseen;

impl Watch for Unseen {
    fn call(&self, inner: &SharedHttpConnector, request: HttpRequest) -> HttpConnectorFuture {
        inner.call(request)
    }
}

/// Lines of 12 words, of 1,200, and none, in about as many bytes as S3 takes for a part.
fn block() -> Bytes {
    let words = "the order came late and the box was broken please refund it ";
    let short = json!({"text": words}).to_string() + "\n";
    let long = json!({"text": words.repeat(100)}).to_string() + "\n";
    let none = "no JSON\n";
    let group = [&short.repeat(200), &long, none].concat();
    Bytes::from(group.repeat((6 << 20) / group.len() + 1))
}

/// A file of many blocks, of which one is in memory. Its bytes.
async fn upload(files: &BatchFiles<'_>, key: &str, least: u64) -> u64 {
    let block = block();
    let times = least.div_ceil(block.len() as u64);
    let upload = files.begin_parts(key, None).await.expect("an upload");
    let mut parts = Vec::new();
    for number in 1..=i32::try_from(times).expect("few parts") {
        parts.push(files.add_bytes(key, &upload, number, block.clone()).await.expect("a part"));
    }
    files.end_parts(key, &upload, parts).await.expect("a file");
    times * block.len() as u64
}

/// What the process has had in memory at most, in MB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("the state of the process");
    let line = status.lines().find(|line| line.starts_with("VmHWM")).expect("the peak");
    let kilobytes: u64 = line.split_whitespace().nth(1).expect("a number").parse().expect("a number");
    kilobytes * 1024 / MEGABYTE
}

/// A job from its making to its end; its lines.
async fn whole(api: &Api<Unseen>, priority: &str, least: u64) -> i64 {
    let recipe =
        json!({"labels": ["billing", "shipping", "technical issue", "praise"], "priority": priority});
    let made = api.post(&batch_create::function(), "/v1/batch", &recipe).await;
    let (id, key) = (made["job_id"].as_str().expect("an id"), made["input_key"].as_str().expect("a key"));
    let jobs = || api.platform.store.jobs();
    let bytes = upload(&api.platform.store.batch_files(), key, least).await;
    api.post(&batch_start::function(), &format!("/v1/batch/{id}/start"), &json!({})).await;
    let Work::Queue(worker) = batch_worker::function().work else { panic!("no worker of a queue") };
    let job = jobs().find("acme", id).await.expect("an answer").expect("a job");
    for message in jobs().messages(&job, i64::MAX).await.expect("messages") {
        let body = serde_json::to_string(&message).expect("JSON");
        let event = serde_json::from_value(json!({"Records": [{"messageId": "1", "body": body}]}));
        let answer = worker.run(api.platform.clone(), event.expect("an event")).await;
        assert!(answer.batch_item_failures.is_empty());
    }
    let job = jobs().find("acme", id).await.expect("an answer").expect("a job");
    assert_eq!(job.phase, JobPhase::Completed, "{job:?}");
    println!("{priority}, {} MB, {} lines: peak {} MB", bytes / MEGABYTE, job.completed, peak());
    job.completed
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let api = Api::new(Unseen, Scope::Jobs).await;
    whole(&api, "standard", 1).await;
    let lines = whole(&api, "fast", LARGE).await;
    println!("{}", json!({"lines": lines, "peak_mb": peak()}));
}
