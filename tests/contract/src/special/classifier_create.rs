use contract::ErrorKind;
use contract::limits::MAX_CLASSIFIER_BYTES;
use futures::future::join_all;
use harness::{Answer, Harness};
use serde_json::{Value, json};

use super::{assert_kind, faulty_fields};
use crate::subject::bounded;

const PATH: &str = "/v1/classifiers";

pub async fn save(harness: &Harness, body: Value) -> Answer {
    harness.call("POST", PATH).json(body).send().await
}

pub fn tickets() -> Value {
    json!({"name": "tickets", "labels": ["billing", "technical"]})
}

#[tokio::test]
async fn the_same_name_again_makes_the_next_version_and_the_first_stays_as_it_was() {
    bounded(60, async {
        let harness = Harness::start().await;
        let first = json!({
            "name": "tickets", "mode": "multi", "labels": ["billing", "technical"],
            "descriptions": {"billing": "Invoices"}, "examples": {"technical": ["It crashed"]},
            "text_type": "support ticket", "threshold": 0.25,
        });
        let made = save(&harness, first.clone()).await.expect(201).json();
        for (name, value) in first.as_object().expect("an object") {
            assert_eq!(&made[name], value, "{name}");
        }
        assert_eq!((&made["version"], &made["temperature"]), (&json!(1), &Value::Null));
        let second = save(&harness, tickets()).await.expect(201).json();
        assert_eq!((&second["version"], &second["mode"]), (&json!(2), &json!("single")));
        let pinned = harness.call("GET", "/v1/classifiers/tickets@v1").send().await.expect(200).json();
        for name in ["labels", "descriptions", "examples", "text_type", "threshold", "mode", "created_at"] {
            assert_eq!(pinned[name], made[name], "{name}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_calls_at_the_same_time_each_success_has_a_number_of_its_own() {
    bounded(60, async {
        let harness = Harness::start().await;
        let calls = (0..12).map(|_| save(&harness, tickets()));
        let answers = join_all(calls).await;
        let mut numbers = Vec::new();
        for answer in &answers {
            match answer.status {
                201 => numbers.push(answer.json()["version"].as_u64().expect("a number")),
                _ => assert_kind(answer, ErrorKind::ClassifierChanged),
            }
        }
        numbers.sort_unstable();
        let expected: Vec<u64> = (1..=numbers.len() as u64).collect();
        assert!(!numbers.is_empty() && numbers == expected, "{numbers:?}");
    })
    .await;
}

#[tokio::test]
async fn every_fault_of_a_definition_is_named() {
    bounded(60, async {
        let harness = Harness::start().await;
        let many: Vec<String> = (0..201).map(|n| format!("label {n}")).collect();
        for (change, field) in [
            (json!({"name": "No Capitals"}), "name"),
            (json!({"name": "x".repeat(65)}), "name"),
            (json!({"name": "a@v1"}), "name"),
            (json!({"labels": []}), "labels"),
            (json!({"labels": many}), "labels"),
            (json!({"labels": ["a", "b", "a"]}), "labels"),
            (json!({"labels": ["a", " "]}), "labels.1"),
            (json!({"labels": ["a", "x".repeat(101)]}), "labels.1"),
            (json!({"descriptions": {"refunds": "x"}}), "descriptions"),
            (json!({"descriptions": {"billing": 1}}), "descriptions.billing"),
            (json!({"examples": {"refunds": ["x"]}}), "examples"),
            (json!({"examples": {"billing": "x"}}), "examples.billing"),
            (json!({"examples": {"billing": vec!["x"; 101]}}), "examples"),
            (json!({"threshold": 1.5}), "threshold"),
            (json!({"mode": "double"}), "mode"),
        ] {
            let mut body = tickets();
            for (name, value) in change.as_object().expect("an object") {
                body[name] = value.clone();
            }
            let refused = save(&harness, body).await;
            assert_kind(&refused, ErrorKind::Validation);
            assert_eq!(faulty_fields(&refused), [field], "{change}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_definition_may_take_what_an_item_of_the_store_holds_and_no_more() {
    bounded(60, async {
        let harness = Harness::start().await;
        let of = |bytes: usize| {
            let mut body = tickets();
            body["descriptions"] = json!({"billing": "x".repeat(bytes)});
            body
        };
        let fits = harness
            .call("POST", PATH)
            .header("idempotency-key", "large")
            .json(of(MAX_CLASSIFIER_BYTES - 200));
        let made = fits.clone().send().await.expect(201);
        let again = fits.send().await.expect(201);
        assert_eq!((again.header("idempotent-replayed"), &again.body), ("true", &made.body));
        let refused = save(&harness, of(MAX_CLASSIFIER_BYTES)).await;
        assert_kind(&refused, ErrorKind::Validation);
    })
    .await;
}
