use std::collections::BTreeSet;

use contract::clock::seconds;
use harness::Harness;
use serde_json::json;

use super::{make_key, spend_one};
use crate::subject::bounded;

#[tokio::test]
async fn pages_hold_every_key_once() {
    bounded(60, async {
        let harness = Harness::start().await;
        let mut expected = BTreeSet::new();
        for number in 0..7 {
            let made = make_key(&harness, json!({"name": format!("key {number}")})).await;
            expected.insert(made["id"].as_str().expect("an id").to_owned());
        }
        for limit in [1, 3, 8, 100] {
            let (mut seen, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
            loop {
                let path = format!("/v1/keys?limit={limit}{cursor}");
                let page = harness.call("GET", &path).send().await.expect(200).json();
                let data = page["data"].as_array().expect("a list");
                assert!(data.len() <= limit);
                seen.extend(data.iter().map(|key| key["id"].as_str().expect("an id").to_owned()));
                pages += 1;
                assert!(pages < 20, "the pages never end");
                let Some(next) = page["next_cursor"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            let once: BTreeSet<String> = seen.iter().cloned().collect();
            assert_eq!(once.len(), seen.len(), "a key twice at {limit}");
            // The first key of the account is there too.
            assert!(once.is_superset(&expected) && once.len() == expected.len() + 1, "{limit}");
        }
    })
    .await;
}

#[tokio::test]
async fn limits_and_cursors_have_their_bounds() {
    bounded(60, async {
        let harness = Harness::start().await;
        for query in ["limit=0", "limit=101", "limit=many", "limit=-1"] {
            harness.call("GET", &format!("/v1/keys?{query}")).send().await.expect(422);
        }
        for length in [200, 1024, 1025] {
            let long = "x".repeat(length);
            harness.call("GET", &format!("/v1/keys?cursor={long}")).send().await.expect(422);
        }
        // A cursor that was never given is a page or a refusal, never a fault of ours.
        for cursor in ["surely-not", "", "%00", "%F0%9F%90%88", "KEY%23"] {
            let answer = harness.call("GET", &format!("/v1/keys?cursor={cursor}")).send().await;
            assert!(matches!(answer.status, 200 | 422), "{cursor}: {}", answer.text());
        }
    })
    .await;
}

#[tokio::test]
async fn the_state_the_use_and_the_spending_of_each_key_show() {
    bounded(60, async {
        let harness = Harness::start().await;
        let expires_at = seconds(harness.now_ms() + 60_000);
        let expired = make_key(&harness, json!({"name": "expired", "expires_at": expires_at})).await;
        let revoked = make_key(&harness, json!({"name": "revoked"})).await;
        let used = make_key(&harness, json!({"name": "used"})).await;
        let unused = make_key(&harness, json!({"name": "unused"})).await;
        let id = revoked["id"].as_str().expect("an id");
        harness.call("DELETE", &format!("/v1/keys/{id}")).send().await.expect(200);
        spend_one(&harness, used["key"].as_str().expect("a secret")).await.expect(200);
        harness.clock.advance_ms(61_000);
        let list = harness.call("GET", "/v1/keys").send().await.expect(200).json();
        assert_eq!(list["next_cursor"], json!(null));
        let of = |made: &serde_json::Value| {
            let data = list["data"].as_array().expect("a list");
            data.iter().find(|key| key["id"] == made["id"]).expect("the key").clone()
        };
        assert_eq!(of(&expired)["status"], "expired");
        assert_eq!(of(&revoked)["status"], "revoked");
        let (used, unused) = (of(&used), of(&unused));
        assert_eq!((&used["status"], &used["spent_this_month"]), (&json!("active"), &json!(1)));
        assert!(used["last_used_at"].is_string(), "{used}");
        assert_eq!((&unused["last_used_at"], &unused["spent_this_month"]), (&json!(null), &json!(0)));
        for key in list["data"].as_array().expect("a list") {
            assert!(key.get("key").is_none() && key.get("hash").is_none(), "{key}");
        }
    })
    .await;
}
