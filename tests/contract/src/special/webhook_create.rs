use contract::ErrorKind;
use contract::limits::MAX_WEBHOOKS;
use harness::Harness;
use serde_json::{Value, json};

use super::{assert_kind, faulty_fields};
use crate::subject::bounded;

pub const PATH: &str = "/v1/webhooks";

/// A webhook that is told of these.
pub fn hook(events: &[&str]) -> Value {
    json!({"url": "https://example.com/hook", "events": events})
}

/// Makes one and returns its id.
pub async fn make(harness: &Harness, events: &[&str]) -> String {
    let made = harness.call("POST", PATH).json(hook(events)).send().await.expect(201).json();
    made["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn the_answer_shows_what_was_asked_for_and_a_secret_of_24_bytes() {
    bounded(60, async {
        let harness = Harness::start().await;
        let made = harness.call("POST", PATH).json(hook(&["task.done", "balance.low"])).send().await;
        let made = made.expect(201).json();
        assert!(made["id"].as_str().is_some_and(|id| id.starts_with("wh_")), "{made}");
        assert_eq!(made["events"], json!(["task.done", "balance.low"]));
        assert_eq!((&made["status"], &made["url"]), (&json!("enabled"), &json!("https://example.com/hook")));
        let secret = made["secret"].as_str().expect("a secret").strip_prefix("whsec_").expect("its start");
        assert_eq!(common::base64::decode(secret).map(|key| key.len()), Some(24));
    })
    .await;
}

#[tokio::test]
async fn every_fault_of_a_webhook_is_named_by_its_field() {
    bounded(60, async {
        let harness = Harness::start().await;
        let url = "https://example.com/hook";
        for (body, field) in [
            (json!({"events": ["task.done"]}), "url"),
            (json!({"url": url}), "events"),
            (json!({"url": url, "events": []}), "events"),
            (json!({"url": url, "events": ["task.begun"]}), "events.0"),
            (json!({"url": url, "events": ["task.done", "task.done"]}), "events"),
            (json!({"url": url, "events": ["task.done"], "secret": "whsec_mine"}), "secret"),
            (json!({"url": "ftp://example.com/", "events": ["task.done"]}), "url"),
            (json!({"url": "https://me:word@example.com/", "events": ["task.done"]}), "url"),
            (json!({"url": format!("{url}/{}", "x".repeat(2_048)), "events": ["task.done"]}), "url"),
            (json!({"url": "https://example.com:8443/", "events": ["task.done"]}), "url"),
        ] {
            let answer = harness.call("POST", PATH).json(body.clone()).send().await;
            assert_kind(&answer, ErrorKind::Validation);
            assert_eq!(faulty_fields(&answer), [field], "{body}: {}", answer.text());
        }
    })
    .await;
}

#[tokio::test]
async fn addresses_that_are_not_public_are_refused_where_no_network_is_needed_to_tell() {
    bounded(60, async {
        let harness = Harness::start().await;
        let own = harness.url("/v1/balance");
        for url in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://10.1.2.3/hook",
            "http://192.168.1.1/",
            "http://[::1]/",
            "http://[::ffff:10.0.0.1]/",
            "http://169.254.169.254/latest/meta-data/",
            "http://[fd00:ec2::254]/",
            &own,
        ] {
            let body = json!({"url": url, "events": ["task.done"]});
            let answer = harness.call("POST", PATH).json(body).send().await;
            assert_kind(&answer, ErrorKind::Validation);
            assert_eq!(faulty_fields(&answer), ["url"], "{url}: {}", answer.text());
        }
    })
    .await;
}

#[tokio::test]
async fn an_account_has_so_many_webhooks_and_no_more_also_by_calls_at_the_same_time() {
    bounded(120, async {
        let harness = Harness::start().await;
        let mut ids = Vec::new();
        for _ in 1..MAX_WEBHOOKS {
            ids.push(make(&harness, &["task.done"]).await);
        }
        let calls = (0..12).map(|_| harness.call("POST", PATH).json(hook(&["task.done"])).send());
        let answers = futures::future::join_all(calls).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
        for answer in answers.iter().filter(|answer| answer.status != 201) {
            assert_kind(answer, ErrorKind::TooManyWebhooks);
        }
        let other = harness.account("other", 0).await;
        harness.call("POST", PATH).key(&other).json(hook(&["task.done"])).send().await.expect(201);
        // One that goes makes room for another.
        harness.call("DELETE", &format!("{PATH}/{}", ids[0])).send().await.expect(200);
        make(&harness, &["task.done"]).await;
        let answer = harness.call("POST", PATH).json(hook(&["task.done"])).send().await;
        assert_kind(&answer, ErrorKind::TooManyWebhooks);
    })
    .await;
}
