use std::time::Duration;

use contract::ErrorKind;
use harness::Harness;
use serde_json::{Value, json};

use super::classify::{CLASSIFY, post};
use super::{assert_kind, faulty_fields};
use crate::subject::bounded;

const BATCH: &str = "/v1/classify/batch";

fn batch(texts: Value) -> Value {
    json!({"texts": texts, "labels": ["billing", "football"]})
}

#[tokio::test]
async fn results_stand_in_the_order_of_the_texts_and_bad_texts_fail_alone_and_free() {
    bounded(120, async {
        let harness = Harness::start().await;
        let long = "x".repeat(100_001);
        let texts =
            json!(["My invoice is wrong", " ", "The striker scored a goal", long, "My invoice is wrong"]);
        let answer = post(&harness, BATCH, batch(texts)).await.expect(200);
        let seen = answer.json();
        let results = seen["results"].as_array().expect("results");
        let labels: Vec<&Value> = results.iter().map(|result| &result["label"]).collect();
        let (billing, football, none) = (json!("billing"), json!("football"), Value::Null);
        assert_eq!(labels, [&billing, &none, &football, &none, &billing]);
        assert_eq!((&results[1]["error"], &results[1]["tokens"]), (&json!("text is empty"), &json!(0)));
        assert!(results[3]["error"].is_string() && results[3].get("cache").is_none());
        // Why the last is a hit: the same text was worked on for the first.
        let hits: Vec<&Value> = [0, 2, 4].iter().map(|n| &results[*n]["cache"]["hit"]).collect();
        assert_eq!(hits, [&json!(false), &json!(false), &json!(true)]);
        let tokens = |n: usize| results[n]["tokens"].as_u64().expect("tokens");
        assert_eq!(seen["total_tokens"], tokens(0) * 2 + tokens(2));
        assert_eq!(answer.header("x-tokens-used"), (tokens(0) + tokens(2)).to_string());
        let spent = harness.balance("default").await.spent;
        assert_eq!(spent.micro() as u64, (tokens(0) + tokens(2)) * 200);
    })
    .await;
}

#[tokio::test]
async fn a_batch_is_a_hit_only_if_every_text_is_and_pays_for_the_others_alone() {
    bounded(120, async {
        let harness = Harness::start().await;
        let single = json!({"text": "My invoice is wrong", "labels": ["billing", "football"]});
        post(&harness, CLASSIFY, single).await.expect(200);
        let partly = post(&harness, BATCH, batch(json!(["My invoice is wrong", "A goal"]))).await.expect(200);
        assert_eq!(partly.header("x-cache"), "MISS");
        let results = &partly.json()["results"];
        assert_eq!((&results[0]["cache"]["hit"], &results[1]["cache"]["hit"]), (&json!(true), &json!(false)));
        assert_eq!(partly.header("x-tokens-used"), results[1]["tokens"].to_string());
        let before = harness.balance("default").await.spent;
        let again = post(&harness, BATCH, batch(json!(["My invoice is wrong", "A goal"]))).await.expect(200);
        assert_eq!((again.header("x-cache"), again.header("x-tokens-used")), ("HIT", "0"));
        assert_eq!(again.header("x-cache-key"), partly.header("x-cache-key"));
        assert_eq!(harness.balance("default").await.spent, before);
    })
    .await;
}

#[tokio::test]
async fn a_thousand_texts_are_taken_and_one_more_is_not() {
    bounded(300, async {
        let harness = Harness::start().await;
        let texts = |count: usize| json!((0..count).map(|n| format!("invoice {n}")).collect::<Vec<_>>());
        let refused = post(&harness, BATCH, batch(texts(1001))).await;
        assert_kind(&refused, ErrorKind::Validation);
        assert_eq!(faulty_fields(&refused), ["texts"]);
        assert_eq!(faulty_fields(&post(&harness, BATCH, batch(json!([]))).await), ["texts"]);
        let seen = post(&harness, BATCH, batch(texts(1000))).await.expect(200).json();
        assert_eq!(seen["results"].as_array().map(Vec::len), Some(1000));
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test]
async fn texts_that_are_not_reached_in_time_fail_alone_and_free() {
    bounded(120, async {
        let soon = |options: &mut harness::ServeOptions| options.config.call_time = Duration::from_secs(15);
        let harness = Harness::with(soon).await;
        post(&harness, "/v1/classify", json!({"text": "warm", "labels": ["a", "b"]})).await.expect(200);
        let before = harness.balance("default").await.spent.micro();
        let text =
            |number: usize| format!("{number} {}", "A sentence of some words, and another one. ".repeat(180));
        let texts: Vec<String> = (0..400).map(text).collect();
        let answer =
            post(&harness, BATCH, json!({"texts": texts, "labels": ["a", "b"]})).await.expect(200).json();
        let results = answer["results"].as_array().expect("results");
        assert_eq!(results.len(), 400);
        assert!(results[0]["label"].is_string(), "{}", results[0]);
        let last = &results[399];
        assert_eq!((&last["error"], &last["tokens"]), (&json!("the model took too long"), &json!(0)));
        let spent = harness.balance("default").await.spent.micro() - before;
        assert_eq!(spent, answer["total_tokens"].as_i64().expect("tokens") * 200);
        harness.assert_books().await;
    })
    .await;
}
