use harness::Harness;
use serde_json::{Value, json};

use super::classify::post;
use crate::subject::bounded;

const BATCH: &str = "/v1/tag/batch";

#[tokio::test]
async fn each_text_has_labels_of_its_own_and_a_bad_one_none() {
    bounded(120, async {
        let harness = Harness::start().await;
        let body = json!({"texts": ["Stocks and shares fell", "", "The striker scored"], "labels": ["finance", "football"], "threshold": 0.0});
        let seen = post(&harness, BATCH, body).await.expect(200).json();
        let results = seen["results"].as_array().expect("results");
        let first = |n: usize| &results[n]["labels"][0]["label"];
        assert_eq!((first(0), first(2)), (&json!("finance"), &json!("football")));
        assert_eq!((&results[1]["labels"], &results[1]["tokens"]), (&Value::Null, &json!(0)));
        assert_eq!(results[1]["error"], "text is empty");
        let sum: u64 = results.iter().filter_map(|result| result["tokens"].as_u64()).sum();
        assert_eq!(seen["total_tokens"], sum);
    })
    .await;
}

#[tokio::test]
async fn an_answer_too_large_to_be_kept_under_a_key_is_refused_free_and_given_without_one() {
    bounded(300, async {
        let harness = Harness::start().await;
        let labels: Vec<String> = (0..100).map(|n| format!("a label with a long name number {n}")).collect();
        let texts: Vec<String> = (0..80).map(|n| format!("text {n}")).collect();
        let body = json!({"texts": texts, "labels": labels, "threshold": 0.0});
        let keyed = harness.call("POST", BATCH).header("idempotency-key", "large").json(body.clone());
        let refused = keyed.send().await.expect(422);
        assert_eq!(super::faulty_fields(&refused), ["Idempotency-Key"]);
        assert_eq!(harness.balance("default").await.spent, contract::Credits::ZERO);
        post(&harness, BATCH, body).await.expect(200);
        harness.assert_books().await;
    })
    .await;
}
