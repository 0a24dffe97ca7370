use harness::Harness;
use serde_json::{Value, json};

use super::classifier_create::save;
use super::classify::post;
use crate::subject::bounded;

const TAG: &str = "/v1/tag";

fn stocks(threshold: f64) -> Value {
    json!({
        "text": "Tech stocks surge amid the boom of artificial intelligence",
        "labels": ["gardening", "technology", "finance", "football"], "threshold": threshold,
    })
}

fn labels(answer: &Value) -> Vec<(String, f64)> {
    let label = |one: &Value| {
        (
            one["label"].as_str().expect("a label").to_owned(),
            one["confidence"].as_f64().expect("a confidence"),
        )
    };
    answer["labels"].as_array().expect("labels").iter().map(label).collect()
}

#[tokio::test]
async fn labels_at_or_above_the_threshold_stand_by_confidence() {
    bounded(120, async {
        let harness = Harness::start().await;
        let all = labels(&post(&harness, TAG, stocks(0.0)).await.expect(200).json());
        assert_eq!(all.len(), 4);
        assert!(all.windows(2).all(|pair| pair[0].1 >= pair[1].1), "{all:?}");
        let top: Vec<&str> = all.iter().take(2).map(|(label, _)| label.as_str()).collect();
        assert!(top.contains(&"technology") && top.contains(&"finance"), "{all:?}");
        // At the threshold is enough.
        let at = labels(&post(&harness, TAG, stocks(all[1].1)).await.expect(200).json());
        assert_eq!(at, all[..2]);
        assert!(labels(&post(&harness, TAG, stocks(1.0)).await.expect(200).json()).is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_threshold_is_the_requests_or_the_classifiers_or_a_half() {
    bounded(120, async {
        let harness = Harness::start().await;
        let mut body = stocks(0.5);
        let half = labels(&post(&harness, TAG, body.clone()).await.expect(200).json());
        body.as_object_mut().expect("an object").remove("threshold");
        assert_eq!(labels(&post(&harness, TAG, body.clone()).await.expect(200).json()), half);
        let saved = json!({"name": "topics", "mode": "multi", "labels": body["labels"], "threshold": 0.0});
        save(&harness, saved).await.expect(201);
        let by_name =
            |threshold: Value| json!({"text": body["text"], "classifier": "topics", "threshold": threshold});
        assert_eq!(labels(&post(&harness, TAG, by_name(Value::Null)).await.expect(200).json()).len(), 4);
        assert!(labels(&post(&harness, TAG, by_name(json!(1.0))).await.expect(200).json()).is_empty());
    })
    .await;
}
