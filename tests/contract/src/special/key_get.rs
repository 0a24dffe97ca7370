use contract::ErrorKind;
use harness::Harness;
use serde_json::json;

use super::{assert_kind, make_key, spend_one};
use crate::subject::bounded;

#[tokio::test]
async fn a_key_is_shown_as_it_was_made_without_its_secret() {
    bounded(60, async {
        let harness = Harness::start().await;
        let body = json!({"name": "shown", "scopes": ["image_editing", "logs"], "rate_limit": 7, "spend_cap": 1.25, "log_bodies": true});
        let mut made = make_key(&harness, body).await;
        let id = made["id"].as_str().expect("an id").to_owned();
        made.as_object_mut().expect("an object").remove("key");
        let seen = harness.call("GET", &format!("/v1/keys/{id}")).send().await.expect(200).json();
        assert_eq!(seen, made);
        let created_at = seen["created_at"].as_str().expect("a time");
        assert!(created_at.len() == 20 && created_at.ends_with('Z'), "{created_at}");
    })
    .await;
}

#[tokio::test]
async fn spending_belongs_to_the_key_and_the_month() {
    bounded(60, async {
        let harness = Harness::start().await;
        let made = make_key(&harness, json!({"name": "spender"})).await;
        let path = format!("/v1/keys/{}", made["id"].as_str().expect("an id"));
        spend_one(&harness, made["key"].as_str().expect("a secret")).await.expect(200);
        spend_one(&harness, &harness.key).await.expect(200);
        let seen = harness.call("GET", &path).send().await.expect(200).json();
        assert_eq!(seen["spent_this_month"], 1);
        harness.clock.advance_ms(31 * 86_400_000);
        let seen = harness.call("GET", &path).send().await.expect(200).json();
        assert_eq!(seen["spent_this_month"], 0);
    })
    .await;
}

#[tokio::test]
async fn an_id_of_any_form_that_is_not_there_is_404() {
    bounded(60, async {
        let harness = Harness::start().await;
        for id in [
            "key_00000000000000000000",
            "x",
            "key_",
            "%23",
            "..",
            "%00",
            "KEY%23key_a",
            "k".repeat(1500).as_str(),
        ] {
            let answer = harness.call("GET", &format!("/v1/keys/{id}")).send().await;
            assert_kind(&answer, ErrorKind::KeyNotFound);
        }
    })
    .await;
}
