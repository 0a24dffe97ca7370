//! Calls that do not wait.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use contract::Credits;
use harness::Harness;
use serde_json::{Value, json};

use super::books;
use super::request_create::{RECEIPT, kept};
use crate::subject::bounded;

const PATH: &str = "/api/v1/extract-image";

async fn ended(harness: &Harness, path: &str) -> Value {
    // Reading takes long in a build without optimisation, on a machine with other work.
    for _ in 0..2_000 {
        let report = harness.call("GET", path).send().await.expect(200).json();
        if matches!(report["status"].as_str(), Some("completed" | "failed")) {
            return report;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{path} does not end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_prefers_it_is_answered_later_with_what_it_would_have_been_answered_at_once() {
    bounded(240, async {
        let harness = Harness::start().await;
        let broken = json!("bm8gcGljdHVyZQ==");
        let body = json!({
            "inputMethod": "base64", "images": [STANDARD.encode(RECEIPT), broken], "prompt": "Read the total",
            "jsonMode": true, "requestSource": null,
        });
        let at_once = harness.call("POST", PATH).json(body.clone()).send().await.expect(200).json();
        let call = harness.call("POST", PATH).header("prefer", "respond-async").json(body);
        let accepted = call.send().await.expect(202).json();
        assert_eq!(accepted["status"], "pending");
        let url = accepted["resultUrl"].as_str().expect("a link").to_owned();
        let path = url.strip_prefix(&harness.url("")).expect("a link to this server").to_owned();
        assert_eq!(path, format!("{PATH}/{}", accepted["id"].as_str().expect("an id")));
        let report = ended(&harness, &path).await;
        assert_eq!((&report["result"], &report["error"]), (&at_once, &Value::Null), "{report}");
        assert_eq!(report["result"]["creditUsage"], 11);
        let (_, held, spent) = books(&harness, "default").await;
        assert_eq!((held, spent), (Credits::ZERO, Credits::whole(22)));
        // What was sent is gone, the answer is there for a day.
        let objects = kept(&harness).await;
        assert!(objects.len() == 1 && objects[0].ends_with(".answer"), "{objects:?}");
        let usage = harness.call("GET", "/v1/usage").send().await.expect(200).json();
        harness.server.platform().recorder.flush(harness.store()).await.expect("counted");
        let after = harness.call("GET", "/v1/usage").send().await.expect(200).json();
        let totals = &after["totals"];
        assert_eq!((&totals["credits"], &totals["images"]), (&json!(22), &json!(2)), "{usage} {after}");
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_which_nothing_can_be_read_fails_with_the_reason_and_is_free() {
    bounded(240, async {
        let harness = Harness::start().await;
        let body = json!({"inputMethod": "base64", "images": ["bm8gcGljdHVyZQ=="], "prompt": "Read it"});
        let call = harness.call("POST", PATH).header("prefer", "wait=5, respond-async").json(body);
        let accepted = call.send().await.expect(202).json();
        let path = format!("{PATH}/{}", accepted["id"].as_str().expect("an id"));
        let report = ended(&harness, &path).await;
        assert_eq!((&report["status"], &report["result"]), (&json!("failed"), &Value::Null));
        assert!(report["error"].as_str().is_some_and(|error| error.contains("not a picture")), "{report}");
        assert_eq!(kept(&harness).await, Vec::<String>::new());
        harness.assert_books().await;
        let invalid = json!({"inputMethod": "base64", "images": [], "prompt": "Read it"});
        let call = harness.call("POST", PATH).header("prefer", "respond-async").json(invalid);
        call.send().await.expect(400);
        harness.call("GET", &format!("{PATH}/formats")).send().await.expect(200);
    })
    .await;
}
