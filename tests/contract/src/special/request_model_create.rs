use harness::Harness;
use serde_json::json;

use crate::subject::bounded;

const PATH: &str = "/requests/models";

#[tokio::test]
async fn a_model_keeps_the_id_it_is_given_and_gets_a_uuid_where_it_is_given_none() {
    bounded(60, async {
        let harness = Harness::start().await;
        let body =
            json!({"id": "Old:7_b.c-1", "name": "Old", "prompt": "Read it", "schema": {"type": "object"}});
        let made = harness.call("POST", PATH).json(body.clone()).send().await.expect(201).json();
        let mut expected = body.clone();
        expected["created_at"] = made["created_at"].clone();
        assert_eq!(made, expected);
        let again = harness.call("POST", PATH).json(body.clone()).send().await.expect(409).json();
        assert_eq!(again, json!({"detail": "An extraction model with this id exists."}));
        let other = harness.account("other", 0).await;
        harness.call("POST", PATH).key(&other).json(body).send().await.expect(201);
        let new = harness.call("POST", PATH).json(json!({"name": "New", "prompt": "Read it"})).send().await;
        let new = new.expect(201).json();
        assert!(uuid::Uuid::parse_str(new["id"].as_str().expect("an id")).is_ok(), "{new}");
        assert!(new["schema"].is_null());
    })
    .await;
}

#[tokio::test]
async fn what_is_no_model_is_422_with_the_field_that_is_wrong() {
    bounded(60, async {
        let harness = Harness::start().await;
        for (field, body) in [
            ("id", json!({"id": "a b", "name": "n", "prompt": "p"})),
            ("id", json!({"id": "..", "name": "n", "prompt": "p"})),
            ("id", json!({"id": "a/b", "name": "n", "prompt": "p"})),
            ("id", json!({"id": "x".repeat(129), "name": "n", "prompt": "p"})),
            ("name", json!({"prompt": "p"})),
            ("prompt", json!({"name": "n", "prompt": "  "})),
            ("prompt", json!({"name": "n", "prompt": "x".repeat(20_001)})),
            ("schema", json!({"name": "n", "prompt": "p", "schema": {"type": "array"}})),
            ("schema", json!({"name": "n", "prompt": "p", "schema": {"type": "object", "properties": {"a": {"type": "objekt"}}}})),
            ("schema", json!({"name": "n", "prompt": "p", "schema": {"type": "object", "$ref": "https://example.com/s"}})),
        ] {
            let answer = harness.call("POST", PATH).json(body).send().await.expect(422).json();
            assert_eq!(answer["detail"][0]["loc"], json!(["body", field]), "{answer}");
        }
    })
    .await;
}
