//! A key's life.

use harness::Harness;
use serde_json::{Value, json};

/// Milliseconds after which every process has heard of a change.
const HEARD_MS: i64 = 61_000;

async fn status(harness: &Harness, secret: &str) -> u16 {
    harness.call("GET", "/v1/balance").key(secret).send().await.status
}

async fn rotate(harness: &Harness, id: &str, grace_seconds: u32) -> Value {
    let path = format!("/v1/keys/{id}/rotate");
    let answer = harness.call("POST", &path).json(json!({"grace_seconds": grace_seconds})).send().await;
    assert!(matches!(answer.status, 200 | 201), "{}", answer.text());
    answer.json()
}

fn secret(key: &Value) -> String {
    key["key"].as_str().expect("a secret").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_rotated_with_grace_then_without_and_revoked_in_the_end() {
    let harness = Harness::start().await;
    let body = json!({"name": "shop", "scopes": ["billing"], "spend_cap": 5});
    let made = harness.call("POST", "/v1/keys").json(body).send().await.expect(201).json();
    let (first, id) = (secret(&made), made["id"].as_str().expect("an id").to_owned());
    assert_eq!(status(&harness, &first).await, 200);

    let rotated = rotate(&harness, &id, 3600).await;
    let second = secret(&rotated);
    assert_ne!(first, second);
    for field in ["id", "name", "scopes", "spend_cap", "created_at"] {
        assert_eq!(rotated[field], made[field], "{field}");
    }
    assert_eq!((status(&harness, &first).await, status(&harness, &second).await), (200, 200));
    harness.clock.advance_ms(3_000_000);
    assert_eq!((status(&harness, &first).await, status(&harness, &second).await), (200, 200));
    harness.clock.advance_ms(601_000);
    assert_eq!((status(&harness, &first).await, status(&harness, &second).await), (401, 200));

    let third = secret(&rotate(&harness, &id, 0).await);
    assert_eq!(status(&harness, &third).await, 200);
    harness.clock.advance_ms(HEARD_MS);
    assert_eq!((status(&harness, &second).await, status(&harness, &third).await), (401, 200));

    harness.call("DELETE", &format!("/v1/keys/{id}")).send().await.expect(200);
    harness.clock.advance_ms(HEARD_MS);
    assert_eq!(status(&harness, &third).await, 401);
    let shown = harness.call("GET", &format!("/v1/keys/{id}")).send().await.expect(200).json();
    assert_eq!((&shown["status"], &shown["key"]), (&json!("revoked"), &Value::Null));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_admin_key_can_rotate_itself_and_a_lost_answer_is_given_again() {
    let harness = Harness::start().await;
    let keys = harness.call("GET", "/v1/keys").send().await.expect(200).json();
    let id = keys["data"][0]["id"].as_str().expect("an id").to_owned();
    let rotate = || {
        let call = harness.call("POST", &format!("/v1/keys/{id}/rotate"));
        call.header("Idempotency-Key", "once").json(json!({"grace_seconds": 600})).send()
    };
    let (first, second) = (rotate().await, rotate().await);
    assert_eq!((first.status, &first.body), (second.status, &second.body), "{}", second.text());
    assert_eq!(second.header("idempotent-replayed"), "true");
    let new = secret(&first.json());
    assert_eq!(status(&harness, &new).await, 200);
    harness.clock.advance_ms(601_000 + HEARD_MS);
    assert_eq!((status(&harness, &harness.key).await, status(&harness, &new).await), (401, 200));
}
