use contract::clock::seconds;
use harness::Harness;
use serde_json::{Value, json};

use super::{faulty_fields, make_key, spend_one};
use crate::subject::bounded;

fn path(made: &Value) -> String {
    format!("/v1/keys/{}", made["id"].as_str().expect("an id"))
}

#[tokio::test]
async fn a_key_is_renamed_and_nothing_else_changes() {
    bounded(60, async {
        let harness = Harness::start().await;
        let made = make_key(&harness, json!({"name": "before", "rate_limit": 5})).await;
        let changed = harness
            .call("PATCH", &path(&made))
            .json(json!({"name": "after"}))
            .send()
            .await
            .expect(200)
            .json();
        let mut expected = made.clone();
        expected["name"] = "after".into();
        expected.as_object_mut().expect("an object").remove("key");
        assert_eq!(changed, expected);
        let seen = harness.call("GET", &path(&made)).send().await.expect(200).json();
        assert_eq!(seen, changed);
        let nothing = harness.call("PATCH", &path(&made)).json(json!({})).send().await.expect(200).json();
        assert_eq!(nothing, changed);
    })
    .await;
}

#[tokio::test]
async fn rights_that_are_taken_are_gone_at_once() {
    bounded(60, async {
        let harness = Harness::start().await;
        let made =
            make_key(&harness, json!({"name": "shrinks", "scopes": ["image_editing", "billing"]})).await;
        let key = made["key"].as_str().expect("a secret");
        harness.call("GET", "/v1/balance").key(key).send().await.expect(200);
        let less = json!({"scopes": ["image_editing"], "spend_cap": 1});
        harness.call("PATCH", &path(&made)).json(less).send().await.expect(200);
        harness.call("GET", "/v1/balance").key(key).send().await.expect(403);
        spend_one(&harness, key).await.expect(200);
        spend_one(&harness, key).await.expect(402);
        let soon = json!({"expires_at": seconds(harness.now_ms() + 30_000)});
        harness.call("PATCH", &path(&made)).json(soon).send().await.expect(200);
        harness.clock.advance_ms(31_000);
        spend_one(&harness, key).await.expect(401);
    })
    .await;
}

#[tokio::test]
async fn a_key_with_fewer_rights_neither_changes_nor_revokes_one_with_more() {
    bounded(60, async {
        let harness = Harness::start().await;
        let lesser = make_key(&harness, json!({"name": "lesser", "scopes": ["keys"]})).await;
        let lesser = lesser["key"].as_str().expect("a secret");
        let greater = make_key(&harness, json!({"name": "greater"})).await;
        for attempt in [
            harness.call("PATCH", &path(&greater)).json(json!({"scopes": ["keys"]})),
            harness.call("PATCH", &path(&greater)).json(json!({"name": "mine"})),
            harness.call("DELETE", &path(&greater)),
        ] {
            attempt.key(lesser).send().await.expect(403);
        }
        let seen = harness.call("GET", &path(&greater)).send().await.expect(200).json();
        assert_eq!((&seen["name"], &seen["status"]), (&json!("greater"), &json!("active")));
        assert_eq!(seen["scopes"], greater["scopes"]);
    })
    .await;
}

#[tokio::test]
async fn rights_never_grow() {
    bounded(60, async {
        let harness = Harness::start().await;
        let expires_at = seconds(harness.now_ms() + 3_600_000);
        let body = json!({"name": "fixed", "scopes": ["keys", "logs"], "expires_at": expires_at, "rate_limit": 10, "spend_cap": 5});
        let made = make_key(&harness, body).await;
        let cases: [(&str, Value); 5] = [
            ("scopes", json!(["keys", "logs", "billing"])),
            ("scopes", json!(["admin"])),
            ("expires_at", json!(seconds(harness.now_ms() + 7_200_000))),
            ("rate_limit", json!(11)),
            ("spend_cap", json!(6)),
        ];
        // Neither for the key itself nor for one that may do more.
        for asking in [made["key"].as_str().expect("a secret"), harness.key.as_str()] {
            for (field, value) in &cases {
                let call = harness.call("PATCH", &path(&made)).key(asking).json(json!({*field: value}));
                assert_eq!(faulty_fields(&call.send().await.expect(422)), [*field], "{value}");
            }
        }
        let seen = harness.call("GET", &path(&made)).send().await.expect(200).json();
        for field in ["scopes", "expires_at", "rate_limit", "spend_cap"] {
            assert_eq!(seen[field], made[field], "{field}");
        }
    })
    .await;
}

#[tokio::test]
async fn taking_rights_reaches_a_secret_in_grace_too() {
    bounded(60, async {
        let harness = Harness::start().await;
        let made =
            make_key(&harness, json!({"name": "rotated", "scopes": ["image_editing", "billing"]})).await;
        let old = made["key"].as_str().expect("a secret");
        let rotate = format!("{}/rotate", path(&made));
        harness.call("POST", &rotate).json(json!({"grace_seconds": 3600})).send().await.expect(200);
        harness.call("GET", "/v1/balance").key(old).send().await.expect(200);
        let less = json!({"scopes": ["image_editing"]});
        harness.call("PATCH", &path(&made)).json(less).send().await.expect(200);
        let status = harness.call("GET", "/v1/balance").key(old).send().await.status;
        assert!(matches!(status, 401 | 403), "{status}");
    })
    .await;
}

#[tokio::test]
async fn an_id_in_the_body_does_not_choose_the_key() {
    bounded(60, async {
        let harness = Harness::start().await;
        let (one, two) = (
            make_key(&harness, json!({"name": "one"})).await,
            make_key(&harness, json!({"name": "two"})).await,
        );
        let body = json!({"id": two["id"], "name": "changed"});
        let status = harness.call("PATCH", &path(&one)).json(body).send().await.status;
        assert!(matches!(status, 200 | 422), "{status}");
        let seen = harness.call("GET", &path(&two)).send().await.expect(200).json();
        assert_eq!(seen["name"], "two");
    })
    .await;
}
