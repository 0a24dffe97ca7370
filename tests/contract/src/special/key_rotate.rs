use contract::Scope;
use harness::{Answer, Harness};
use serde_json::{Value, json};
use store::Secret;

use super::{key_of_scopes, make_key, spend_one};
use crate::subject::bounded;

async fn rotate(harness: &Harness, made: &Value, body: Value) -> Answer {
    let path = format!("/v1/keys/{}/rotate", made["id"].as_str().expect("an id"));
    harness.call("POST", &path).json(body).send().await
}

async fn status(harness: &Harness, secret: &str) -> u16 {
    harness.call("GET", "/v1/balance").key(secret).send().await.status
}

fn secret(answer: &Value) -> String {
    answer["key"].as_str().expect("a secret").to_owned()
}

#[tokio::test]
async fn a_rotated_key_has_a_new_secret_and_the_same_id_limits_and_history() {
    bounded(60, async {
        let harness = Harness::start().await;
        let made = make_key(&harness, json!({"name": "rotated", "rate_limit": 9, "spend_cap": 2})).await;
        spend_one(&harness, &secret(&made)).await.expect(200);
        let rotated = rotate(&harness, &made, json!({})).await.expect(200).json();
        let (old, new) = (secret(&made), secret(&rotated));
        assert!(old != new && Secret::parse(&new).is_some());
        for field in ["id", "name", "scopes", "rate_limit", "spend_cap", "created_at"] {
            assert_eq!(rotated[field], made[field], "{field}");
        }
        assert_eq!((&rotated["prefix"], &rotated["last4"]), (&json!(new[..12]), &json!(new[37..])));
        assert_eq!(rotated["spent_this_month"], 1);
        // Without a grace the old secret ends at once; the cap counts on.
        assert_eq!((status(&harness, &old).await, status(&harness, &new).await), (401, 200));
        spend_one(&harness, &new).await.expect(200);
        spend_one(&harness, &new).await.expect(402);
    })
    .await;
}

#[tokio::test]
async fn the_old_secret_lives_as_long_as_its_grace() {
    bounded(60, async {
        let harness = Harness::start().await;
        let made = make_key(&harness, json!({"name": "rotated"})).await;
        let rotated = rotate(&harness, &made, json!({"grace_seconds": 3600})).await.expect(200).json();
        let (old, new) = (secret(&made), secret(&rotated));
        harness.clock.advance_ms(3_590_000);
        assert_eq!((status(&harness, &old).await, status(&harness, &new).await), (200, 200));
        harness.clock.advance_ms(11_000);
        assert_eq!((status(&harness, &old).await, status(&harness, &new).await), (401, 200));
    })
    .await;
}

#[tokio::test]
async fn a_second_rotation_ends_the_grace_of_the_first() {
    bounded(60, async {
        let harness = Harness::start().await;
        let made = make_key(&harness, json!({"name": "rotated"})).await;
        let second = rotate(&harness, &made, json!({"grace_seconds": 86_400})).await.expect(200).json();
        let third = rotate(&harness, &made, json!({"grace_seconds": 86_400})).await.expect(200).json();
        let secrets = [secret(&made), secret(&second), secret(&third)];
        let mut seen = Vec::new();
        for secret in &secrets {
            seen.push(status(&harness, secret).await);
        }
        assert_eq!(seen, [401, 200, 200]);
    })
    .await;
}

#[tokio::test]
async fn a_grace_is_0_to_86400_seconds() {
    bounded(60, async {
        let harness = Harness::start().await;
        let made = make_key(&harness, json!({"name": "rotated"})).await;
        for grace in [json!(-1), json!(86_401), json!(1.5), json!("60")] {
            rotate(&harness, &made, json!({"grace_seconds": grace})).await.expect(422);
        }
        assert_eq!(status(&harness, &secret(&made)).await, 200);
    })
    .await;
}

#[tokio::test]
async fn a_key_may_rotate_itself() {
    bounded(60, async {
        let harness = Harness::start().await;
        let made = make_key(&harness, json!({"name": "itself", "scopes": ["keys", "billing"]})).await;
        let path = format!("/v1/keys/{}/rotate", made["id"].as_str().expect("an id"));
        let call = harness.call("POST", &path).key(&secret(&made)).json(json!({}));
        let rotated = call.send().await.expect(200).json();
        assert_eq!(
            (status(&harness, &secret(&made)).await, status(&harness, &secret(&rotated)).await),
            (401, 200)
        );
    })
    .await;
}

#[tokio::test]
async fn nobody_is_given_the_secret_of_a_key_that_may_do_more() {
    bounded(60, async {
        let harness = Harness::start().await;
        let strong = make_key(&harness, json!({"name": "strong", "scopes": ["keys", "billing"]})).await;
        let weak = key_of_scopes(&harness, &[Scope::Keys]).await;
        let path = format!("/v1/keys/{}/rotate", strong["id"].as_str().expect("an id"));
        harness.call("POST", &path).key(&weak).json(json!({})).send().await.expect(403);
        assert_eq!(status(&harness, &secret(&strong)).await, 200);
    })
    .await;
}

#[tokio::test]
async fn a_revoked_key_is_not_brought_back() {
    bounded(60, async {
        let harness = Harness::start().await;
        let made = make_key(&harness, json!({"name": "revoked"})).await;
        let path = format!("/v1/keys/{}", made["id"].as_str().expect("an id"));
        harness.call("DELETE", &path).send().await.expect(200);
        rotate(&harness, &made, json!({})).await.expect(409);
        assert_eq!(status(&harness, &secret(&made)).await, 401);
    })
    .await;
}
