use std::time::{Duration, Instant};

use contract::ErrorKind;
use contract::limits::MAX_BATCH_UPLOAD;
use harness::{Answer, Harness};
use serde_json::{Value, json};
use store::FormSigner;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::classifier_create::save;
use super::{assert_kind, faulty_fields};
use crate::subject::bounded;

pub const PATH: &str = "/v1/batch";

pub fn tickets() -> Value {
    json!({
        "labels": ["billing", "technical"], "priority": "fast",
        "descriptions": {"billing": "charges, invoices, refunds", "technical": "crashes, errors, bugs"},
    })
}

pub async fn make(harness: &Harness, key: &str, body: Value) -> Value {
    harness.call("POST", PATH).key(key).json(body).send().await.expect(201).json()
}

/// Sends a form of these fields and a file, as clients of S3 do.
pub async fn send_form(harness: &Harness, url: &str, fields: &Value, file: &[u8]) -> Answer {
    let boundary = "a-boundary-of-a-test";
    let mut body = Vec::new();
    for (name, value) in fields.as_object().expect("fields") {
        let value = value.as_str().expect("text");
        body.extend(
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                .into_bytes(),
        );
    }
    let head = "Content-Disposition: form-data; name=\"file\"; filename=\"lines.ndjson\"\r\n\
                Content-Type: application/octet-stream\r\n\r\n";
    body.extend(format!("--{boundary}\r\n{head}").into_bytes());
    body.extend_from_slice(file);
    body.extend(format!("\r\n--{boundary}--\r\n").into_bytes());
    harness
        .call_url("POST", url)
        .body(&format!("multipart/form-data; boundary={boundary}"), body)
        .send()
        .await
}

/// Makes a job with this file. Returns its id.
pub async fn uploaded(harness: &Harness, key: &str, body: Value, file: &[u8]) -> String {
    let made = make(harness, key, body).await;
    let url = made["upload_url"].as_str().expect("an address");
    send_form(harness, url, &made["upload_fields"], file).await.expect(204);
    made["job_id"].as_str().expect("an id").to_owned()
}

/// A job that has started. Returns its id.
pub async fn started(harness: &Harness, key: &str, body: Value, file: &[u8]) -> String {
    let id = uploaded(harness, key, body, file).await;
    let answer = act(harness, key, &id, "start").await.expect(202).json();
    assert_eq!(answer, json!({"job_id": id, "status": "processing"}));
    id
}

pub async fn act(harness: &Harness, key: &str, id: &str, verb: &str) -> Answer {
    harness.call("POST", &format!("{PATH}/{id}/{verb}")).key(key).send().await
}

pub async fn look(harness: &Harness, key: &str, id: &str) -> Value {
    harness.call("GET", &format!("{PATH}/{id}")).key(key).send().await.expect(200).json()
}

/// Waits until a job has one of these states.
pub async fn until(harness: &Harness, key: &str, id: &str, holds: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let job = look(harness, key, id).await;
        if holds(&job) {
            return job;
        }
        assert!(begun.elapsed() < Duration::from_secs(100), "it did not come to that: {job}");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

pub async fn ended(harness: &Harness, key: &str, id: &str) -> Value {
    until(harness, key, id, |job| {
        !["processing", "cancelling"].contains(&job["status"].as_str().unwrap_or(""))
    })
    .await
}

/// Result lines, and error lines where there are some.
pub async fn files(harness: &Harness, key: &str, id: &str) -> (Vec<Value>, Vec<Value>) {
    let links = harness.call("GET", &format!("{PATH}/{id}/results")).key(key).send().await.expect(200).json();
    let mut files = Vec::new();
    for name in ["download_url", "errors_url"] {
        let mut lines = Vec::new();
        if let Some(url) = links[name].as_str() {
            let text = harness.call_url("GET", url).send().await.expect(200).text();
            assert!(text.is_empty() || text.ends_with('\n'));
            lines.extend(text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")));
        }
        files.push(lines);
    }
    let errors = files.pop().expect("two");
    (files.pop().expect("two"), errors)
}

#[tokio::test]
async fn a_job_is_made_with_a_form_that_takes_key_and_file_alone() {
    bounded(60, async {
        let harness = Harness::start().await;
        let made = make(&harness, &harness.key, tickets()).await;
        assert_eq!(made["input_key"], made["upload_fields"]["key"]);
        assert_eq!(made["upload_fields"].as_object().expect("fields").len(), 1);
        let id = made["job_id"].as_str().expect("an id");
        let url = made["upload_url"].as_str().expect("an address");
        let job = look(&harness, &harness.key, id).await;
        assert_eq!((&job["status"], &job["requests_total"]), (&json!("pending"), &json!(0)));
        let other = json!({"key": "batches/inputs/job_of_somebody_else"});
        assert_eq!(send_form(&harness, url, &other, b"x").await.status, 403);
        let mut forged = url.to_owned();
        forged.replace_range(url.len() - 3.., "AAA");
        assert_eq!(send_form(&harness, &forged, &made["upload_fields"], b"x").await.status, 404);
        send_form(&harness, url, &made["upload_fields"], b"x").await.expect(204);
        harness.clock.advance_ms(3_601_000);
        assert_eq!(send_form(&harness, url, &made["upload_fields"], b"x").await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn a_form_signed_for_s3_takes_its_own_key_and_size_and_nothing_else() {
    bounded(60, async {
        let harness = Harness::start().await;
        let embedded = harness.server.embedded();
        let signer = FormSigner { credentials: embedded.credentials(), region: embedded.region().to_owned() };
        // The store judges expiry by the real clock.
        let now_ms = i64::try_from(std::time::SystemTime::UNIX_EPOCH.elapsed().expect("a clock").as_millis());
        let now_ms = now_ms.expect("milliseconds");
        let key = "batches/inputs/job_a";
        let form = signer.form(harness.store(), key, 5, (now_ms, now_ms + 60_000)).await.expect("a form");
        let fields = serde_json::to_value(&form.fields).expect("fields");
        send_form(&harness, &form.url, &fields, b"12345").await.expect(204);
        assert_eq!(harness.store().batch_files().get(key).await.expect("an object"), &b"12345"[..]);
        assert_eq!(send_form(&harness, &form.url, &fields, b"123456").await.status, 400);
        assert_eq!(send_form(&harness, &form.url, &fields, b"").await.status, 400);
        for (name, value) in
            [("key", "batches/inputs/job_b"), ("x-amz-signature", "00"), ("acl", "public-read")]
        {
            let mut changed = fields.clone();
            changed[name] = value.into();
            assert_eq!(send_form(&harness, &form.url, &changed, b"1").await.status, 403, "{name}");
        }
        let late = signer.form(harness.store(), key, MAX_BATCH_UPLOAD, (now_ms - 9000, now_ms - 1000)).await;
        let late = late.expect("a form");
        let fields = serde_json::to_value(&late.fields).expect("fields");
        assert_eq!(send_form(&harness, &late.url, &fields, b"1").await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn labels_or_a_classifier_of_the_account_are_needed() {
    bounded(60, async {
        let harness = Harness::start().await;
        save(&harness, json!({"name": "tickets", "labels": ["billing", "technical"], "mode": "multi"})).await;
        for (body, field) in [
            (json!({}), "labels"),
            (json!({"labels": []}), "labels"),
            (json!({"labels": ["a"], "classifier": "tickets"}), "labels"),
            (json!({"labels": ["a"], "mode": "both"}), "mode"),
            (json!({"labels": ["a"], "threshold": 2}), "threshold"),
        ] {
            let refused = harness.call("POST", PATH).json(body.clone()).send().await;
            assert_kind(&refused, ErrorKind::Validation);
            assert_eq!(faulty_fields(&refused), [field], "{body}");
        }
        let of = |name: &str| json!({"classifier": name});
        let refused = harness.call("POST", PATH).json(of("tickets@v2")).send().await;
        assert_kind(&refused, ErrorKind::ClassifierNotFound);
        let made = make(&harness, &harness.key, of("tickets")).await;
        let job = look(&harness, &harness.key, made["job_id"].as_str().expect("an id")).await;
        assert_eq!(job["mode"], "multi");
    })
    .await;
}

#[tokio::test]
async fn a_form_that_is_declared_above_5_gb_is_refused_before_its_file_is_sent() {
    bounded(60, async {
        let harness = Harness::start().await;
        let made = make(&harness, &harness.key, tickets()).await;
        let url = made["upload_url"].as_str().expect("an address");
        let path = url.find("/uploads/").map(|place| &url[place..]).expect("a path");
        let host = url.split('/').nth(2).expect("a host");
        let mut stream = tokio::net::TcpStream::connect(host).await.expect("a connection");
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: multipart/form-data; boundary=b\r\n\
             Expect: 100-continue\r\nContent-Length: 6000000000\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.expect("sent");
        let mut answer = vec![0; 64];
        let read = stream.read(&mut answer).await.expect("an answer");
        assert!(answer[..read].starts_with(b"HTTP/1.1 400"), "{}", String::from_utf8_lossy(&answer));
    })
    .await;
}
