use contract::{Credits, ErrorKind};
use harness::{Answer, Harness, picture};
use serde_json::{Value, json};

use super::batch_create::send_form;
use super::{EDIT, assert_kind, books, credits, edit};
use crate::subject::bounded;

pub const PATH: &str = "/v1/uploads";

pub async fn make(harness: &Harness, body: Value) -> Value {
    harness.call("POST", PATH).json(body).send().await.expect(201).json()
}

/// Sends the file to the form of an upload.
pub async fn send(harness: &Harness, made: &Value, file: &[u8]) -> Answer {
    send_form(harness, made["url"].as_str().expect("an address"), &made["fields"], file).await
}

/// An upload whose file has arrived. Returns what was answered when it was made.
pub async fn uploaded(harness: &Harness, file: &[u8]) -> Value {
    let made = make(harness, json!({"filename": "photo.jpg"})).await;
    send(harness, &made, file).await.expect(204);
    made
}

fn uri(made: &Value) -> &str {
    made["uri"].as_str().expect("a URI")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_is_the_input_of_edits_at_once_and_in_the_background_of_classify_and_of_tag() {
    bounded(120, async {
        let harness = Harness::start().await;
        let made = uploaded(&harness, &picture(64, 48)).await;
        assert_eq!(uri(&made), format!("upload://{}", made["id"].as_str().expect("an id")));
        let edited = harness.call("POST", EDIT).json(edit(uri(&made))).send().await.expect(200).json();
        assert_eq!(edited["data"]["output"]["width"], 64);
        let call = harness.call("POST", super::ASYNC).json(edit(uri(&made)));
        let task = call.send().await.expect(200).json()["data"]["id"].as_u64().expect("an id");
        assert_eq!(harness.wait_task(&harness.key, task).await["status"], "DONE");
        for route in ["/v1/classify", "/v1/tag"] {
            let body = json!({"image": uri(&made), "labels": ["animal", "vehicle"]});
            let answer = harness.call("POST", route).json(body).send().await.expect(200).json();
            assert!(answer["tokens"].as_u64() > Some(0), "{answer}");
        }
        let page = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../data/photo.jpg")).expect("a file");
        let made = uploaded(&harness, &page).await;
        let body = json!({"file": uri(&made), "labels": ["invoice", "letter"]});
        let refused = harness.call("POST", "/v1/classify").json(body).send().await;
        assert_kind(&refused, ErrorKind::InputNotAPicture);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_that_is_unknown_anothers_empty_or_replaced_is_refused_and_costs_nothing() {
    bounded(120, async {
        let harness = Harness::start().await;
        let other = harness.account("other", 100).await;
        let before = books(&harness, "default").await;
        let made = make(&harness, json!({"filename": "photo.jpg"})).await;
        let arrived = uploaded(&harness, &picture(16, 16)).await;
        let default = &harness.key;
        for (uri, key) in [
            ("upload://upload_1", default),
            ("upload://../jobs", default),
            (uri(&made), default),
            (uri(&arrived), &other),
        ] {
            for path in [EDIT, super::ASYNC] {
                let refused = harness.call("POST", path).key(key).json(edit(uri)).send().await.expect(400);
                assert_eq!(refused.json()["error_code"], "3101", "{uri}");
            }
            let body = json!({"image": uri, "labels": ["a", "b"]});
            let refused = harness.call("POST", "/v1/classify").key(key).json(body).send().await;
            assert_kind(&refused, ErrorKind::InputUnreachable);
        }
        assert_eq!(books(&harness, "default").await, before);
        assert_eq!(books(&harness, "other").await, credits(100, 0, 0));
        harness.call("POST", EDIT).json(edit(uri(&arrived))).send().await.expect(200);
        // The same form is still good, but the upload has been used.
        send(&harness, &arrived, &picture(32, 32)).await.expect(204);
        let refused = harness.call("POST", EDIT).json(edit(uri(&arrived))).send().await.expect(400).json();
        assert!(refused.to_string().contains("replaced after its first use"), "{refused}");
        let after = books(&harness, "default").await;
        assert_eq!(before.0 - after.0, Credits::whole(1));
    })
    .await;
}

#[tokio::test]
async fn a_form_takes_no_more_bytes_than_announced_no_other_key_and_nothing_after_an_hour() {
    bounded(60, async {
        let harness = Harness::start().await;
        let made =
            make(&harness, json!({"filename": "a.bin", "content_type": "text/plain", "size": 10})).await;
        assert_eq!((&made["method"], &made["parts"]), (&json!("POST"), &Value::Null));
        assert_eq!(send(&harness, &made, b"12345678901").await.status, 400);
        let url = made["url"].as_str().expect("an address");
        let other = json!({"key": "uploads/upload_of_somebody_else"});
        assert_eq!(send_form(&harness, url, &other, b"x").await.status, 403);
        let answer = send(&harness, &made, b"1234567890").await.expect(204);
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        let preflight = harness.call_url("OPTIONS", url).header("origin", "https://example.com");
        let preflight = preflight.header("access-control-request-method", "POST").send().await.expect(204);
        assert!(preflight.header("access-control-allow-methods").contains("POST"));
        // No other method reaches a function, which would log the path.
        for method in ["GET", "PUT", "DELETE"] {
            let refused = harness.call_url(method, url).no_key().send().await.expect(405);
            assert_eq!(refused.header("allow"), "POST");
        }
        harness.clock.advance_ms(3_601_000);
        assert_eq!(send(&harness, &made, b"1234567890").await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn an_account_has_100_uploads_without_a_file_and_50_gb_of_them_and_no_more_than_5_gb_at_once() {
    bounded(120, async {
        let harness = Harness::start().await;
        for size in [0, 5_000_000_001_u64] {
            let refused =
                harness.call("POST", PATH).json(json!({"filename": "a", "size": size})).send().await;
            assert_kind(&refused, ErrorKind::Validation);
        }
        let other = harness.account("other", 100).await;
        let begin =
            async |key: &str, body: Value| harness.call("POST", PATH).key(key).json(body).send().await;
        let large = || json!({"filename": "a", "size": 5_000_000_000_u64});
        let mut made = Vec::new();
        for _ in 0..10 {
            made.push(begin(&other, large()).await.expect(201).json());
        }
        assert_kind(&begin(&other, large()).await, ErrorKind::UploadQuotaReached);
        assert_kind(&begin(&other, json!({"filename": "a"})).await, ErrorKind::UploadQuotaReached);
        // What is deleted counts no more.
        let path = format!("{PATH}/{}", made[0]["id"].as_str().expect("an id"));
        harness.call("DELETE", &path).key(&other).send().await.expect(200);
        harness.call("DELETE", &path).key(&other).send().await.expect(404);
        begin(&other, large()).await.expect(201);
        assert_kind(&begin(&other, large()).await, ErrorKind::UploadQuotaReached);

        let small = || json!({"filename": "a", "size": 10});
        let mut made = Vec::new();
        for _ in 0..100 {
            made.push(begin(&harness.key, small()).await.expect(201).json());
        }
        assert_kind(&begin(&harness.key, small()).await, ErrorKind::UploadQuotaReached);
        // Those that arrive make room, once they are counted.
        for made in &made[..2] {
            send(&harness, made, b"1234567890").await.expect(204);
        }
        harness.clock.advance_ms(11_000);
        for _ in 0..2 {
            begin(&harness.key, small()).await.expect(201);
        }
        assert_kind(&begin(&harness.key, small()).await, ErrorKind::UploadQuotaReached);
        // And so do those that expire.
        harness.clock.advance_ms(86_400_000);
        for key in [&harness.key, &other] {
            begin(key, large()).await.expect(201);
        }
    })
    .await;
}
