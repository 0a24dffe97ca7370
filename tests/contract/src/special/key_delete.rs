use harness::Harness;
use serde_json::json;

use super::make_key;
use crate::subject::bounded;

#[tokio::test]
async fn a_revoked_key_is_401_and_stays_in_the_list() {
    bounded(60, async {
        let harness = Harness::start().await;
        let made = make_key(&harness, json!({"name": "revoked"})).await;
        let (id, key) = (made["id"].as_str().expect("an id"), made["key"].as_str().expect("a secret"));
        harness.call("GET", "/v1/balance").key(key).send().await.expect(200);
        let path = format!("/v1/keys/{id}");
        let answer = harness.call("DELETE", &path).send().await.expect(200).json();
        assert_eq!((&answer["status"], &answer["id"]), (&json!("revoked"), &json!(id)));
        assert!(answer.get("key").is_none());
        // In this process at once; elsewhere within a minute.
        harness.call("GET", "/v1/balance").key(key).send().await.expect(401);
        let seen = harness.call("GET", &path).send().await.expect(200).json();
        assert_eq!(seen["status"], "revoked");
        let again = harness.call("DELETE", &path).send().await.expect(200).json();
        assert_eq!(again["status"], "revoked");
    })
    .await;
}

#[tokio::test]
async fn revoking_ends_a_secret_in_grace_too() {
    bounded(60, async {
        let harness = Harness::start().await;
        let made = make_key(&harness, json!({"name": "rotated"})).await;
        let path = format!("/v1/keys/{}", made["id"].as_str().expect("an id"));
        let call = harness.call("POST", &format!("{path}/rotate")).json(json!({"grace_seconds": 3600}));
        let rotated = call.send().await.expect(200).json();
        let secrets = [&made, &rotated].map(|answer| answer["key"].as_str().expect("a secret"));
        for secret in secrets {
            harness.call("GET", "/v1/balance").key(secret).send().await.expect(200);
        }
        harness.call("DELETE", &path).send().await.expect(200);
        for secret in secrets {
            harness.call("GET", "/v1/balance").key(secret).send().await.expect(401);
        }
    })
    .await;
}

#[tokio::test]
async fn a_key_may_revoke_itself() {
    bounded(60, async {
        let harness = Harness::start().await;
        let made = make_key(&harness, json!({"name": "itself", "scopes": ["keys"]})).await;
        let key = made["key"].as_str().expect("a secret");
        let path = format!("/v1/keys/{}", made["id"].as_str().expect("an id"));
        harness.call("DELETE", &path).key(key).send().await.expect(200);
        harness.call("GET", &path).key(key).send().await.expect(401);
    })
    .await;
}

#[tokio::test]
async fn a_revoked_key_is_not_changed_back() {
    bounded(60, async {
        let harness = Harness::start().await;
        let made = make_key(&harness, json!({"name": "revoked"})).await;
        let path = format!("/v1/keys/{}", made["id"].as_str().expect("an id"));
        harness.call("DELETE", &path).send().await.expect(200);
        harness.call("PATCH", &path).json(json!({"name": "back"})).send().await;
        let key = made["key"].as_str().expect("a secret");
        harness.call("GET", "/v1/balance").key(key).send().await.expect(401);
        let seen = harness.call("GET", &path).send().await.expect(200).json();
        assert_eq!(seen["status"], "revoked");
    })
    .await;
}
