use contract::ErrorKind;
use harness::{Answer, Harness};
use serde_json::{Value, json};

use super::classifier_create::save;
use super::classify::{CLASSIFY, post};
use super::{assert_kind, faulty_fields};
use crate::subject::bounded;

async fn evaluate(harness: &Harness, name: &str, body: Value) -> Answer {
    post(harness, &format!("/v1/classifiers/{name}/evaluate"), body).await
}

fn items() -> Value {
    let billing = ["My invoice is wrong", "I was charged twice", "Refund my payment"];
    let football = ["The striker scored a goal", "The match ended 3:1", "The keeper saved a penalty"];
    let item = |label: &'static str| move |text: &&str| json!({"text": text, "label": label});
    billing.iter().map(item("billing")).chain(football.iter().map(item("football"))).collect()
}

async fn saved(harness: &Harness) {
    save(harness, json!({"name": "tickets", "labels": ["billing", "football"]})).await.expect(201);
}

#[tokio::test]
async fn figures_follow_from_the_items_and_cost_what_a_batch_costs() {
    bounded(120, async {
        let harness = Harness::start().await;
        saved(&harness).await;
        let mut wrong = items();
        wrong[0]["label"] = "football".into();
        let seen = evaluate(&harness, "tickets", json!({"items": wrong})).await.expect(200).json();
        let rows = seen["items"].as_array().expect("items");
        let right = rows.iter().filter(|row| row["label"] == row["predicted"]).count() as f64;
        assert_eq!(seen["accuracy"].as_f64(), Some((right / 6.0 * 10_000.0).round() / 10_000.0));
        assert!((4.0..6.0).contains(&right), "{seen}");
        assert_eq!(seen["confusion"]["football"]["billing"], 1);
        for name in ["macro_f1", "calibration_error", "calibration_error_fitted"] {
            assert!(seen[name].as_f64().is_some_and(|share| (0.0..=1.0).contains(&share)), "{name}");
        }
        let tokens = seen["tokens"].as_u64().expect("tokens");
        assert_eq!(harness.balance("default").await.spent.micro() as u64, tokens * 200);
    })
    .await;
}

#[tokio::test]
async fn an_evaluation_fits_the_confidence_of_its_version_and_of_no_other() {
    bounded(120, async {
        let harness = Harness::start().await;
        saved(&harness).await;
        saved(&harness).await;
        let ask = async |name: &str| {
            let body = json!({"text": "My invoice is wrong", "classifier": name});
            post(&harness, CLASSIFY, body).await.expect(200).json()
        };
        let (first, second) = (ask("tickets@v1").await, ask("tickets").await);
        let seen = evaluate(&harness, "tickets@v1", json!({"items": items()})).await.expect(200).json();
        assert_eq!(seen["classifier"], "tickets@v1");
        let fitted = ask("tickets@v1").await;
        // Why not cached: an answer from before the fit is another answer.
        assert_eq!((&fitted["label"], &fitted["cached"]), (&json!("billing"), &json!(false)));
        assert!(fitted["confidence"].as_f64() >= first["confidence"].as_f64(), "{first} {fitted}");
        let same = ask("tickets").await;
        assert_eq!((&same["confidence"], &same["cached"]), (&second["confidence"], &json!(true)));
        let again = evaluate(&harness, "tickets@v1", json!({"items": items()})).await.expect(200).json();
        assert_eq!(again["temperature"], seen["temperature"], "the same texts give the same fit");
        for (name, fitted) in [("tickets@v1", true), ("tickets", false)] {
            let seen =
                harness.call("GET", &format!("/v1/classifiers/{name}")).send().await.expect(200).json();
            assert_eq!(seen["temperature"].is_number(), fitted, "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn two_versions_are_compared_by_the_same_items() {
    bounded(120, async {
        let harness = Harness::start().await;
        saved(&harness).await;
        save(&harness, json!({"name": "tickets", "labels": ["billing", "football", "music"]}))
            .await
            .expect(201);
        let body = json!({"items": items(), "compare": "tickets@v1"});
        let seen = evaluate(&harness, "tickets", body).await.expect(200).json();
        assert_eq!(
            (&seen["classifier"], &seen["compare"]["classifier"]),
            (&json!("tickets@v2"), &json!("tickets@v1"))
        );
        assert!(seen["compare"]["accuracy"].as_f64().is_some_and(|share| share > 0.5));
        let missing = evaluate(&harness, "tickets", json!({"items": items(), "compare": "other"})).await;
        assert_kind(&missing, ErrorKind::ClassifierNotFound);
    })
    .await;
}

#[tokio::test]
async fn labels_that_the_classifier_has_not_are_named() {
    bounded(60, async {
        let harness = Harness::start().await;
        saved(&harness).await;
        let body = json!({"items": [{"text": "x", "label": "billing"}, {"text": "y", "label": "other"}]});
        let refused = evaluate(&harness, "tickets", body).await;
        assert_kind(&refused, ErrorKind::Validation);
        assert_eq!(faulty_fields(&refused), ["items.1.label"]);
        let refused =
            evaluate(&harness, "tickets", json!({"items": [{"text": " ", "label": "billing"}]})).await;
        assert_eq!(faulty_fields(&refused), ["items.0.text"]);
    })
    .await;
}
