use contract::ErrorKind;
use harness::{Answer, Harness};
use serde_json::{Value, json};

use super::classifier_create::save;
use super::{assert_kind, faulty_fields, make_key};
use crate::subject::bounded;

pub const CLASSIFY: &str = "/v1/classify";

pub fn charged_twice() -> Value {
    json!({"text": "I was charged twice for my invoice, please refund me", "labels": ["billing", "football", "cooking"]})
}

pub async fn post(harness: &Harness, path: &str, body: Value) -> Answer {
    harness.call("POST", path).json(body).send().await
}

#[tokio::test]
async fn the_label_that_fits_is_answered_with_its_confidence_tokens_and_method() {
    bounded(120, async {
        let harness = Harness::start().await;
        for priority in ["standard", "fast"] {
            let mut body = charged_twice();
            body["priority"] = priority.into();
            if priority == "fast" {
                // The name alone says too little to the static encoder.
                body["descriptions"] = json!({"billing": "charges, invoices, payments and refunds"});
            }
            let answer = post(&harness, CLASSIFY, body).await.expect(200);
            let seen = answer.json();
            assert_eq!((&seen["label"], &seen["cached"]), (&json!("billing"), &json!(false)), "{priority}");
            let confidence = seen["confidence"].as_f64().expect("a confidence");
            assert!((0.34..=1.0).contains(&confidence), "{seen}");
            assert_eq!((confidence * 10_000.0).round() / 10_000.0, confidence);
            assert_eq!(seen["confidence_method"], "similarity");
            assert_eq!(answer.header("x-tokens-used"), seen["tokens"].to_string());
            assert!(seen["tokens"].as_u64() > Some(10) && seen["latency_ms"].is_u64());
            assert!(seen.get("visual_tokens").is_none() && seen.get("evidence").is_none());
        }
    })
    .await;
}

#[tokio::test]
async fn tokens_count_text_text_type_labels_and_descriptions_and_never_examples() {
    bounded(120, async {
        let harness = Harness::start().await;
        let tokens = async |change: Value| {
            let mut body = json!({"text": "hello", "labels": ["one", "two"], "cache": false});
            for (name, value) in change.as_object().expect("an object") {
                body[name] = value.clone();
            }
            post(&harness, CLASSIFY, body).await.expect(200).json()["tokens"].as_u64().expect("tokens")
        };
        assert_eq!(tokens(json!({})).await, 3);
        assert_eq!(tokens(json!({"text": "hello world"})).await, 4);
        assert_eq!(tokens(json!({"text_type": "mail"})).await, 4);
        assert_eq!(tokens(json!({"source_type": "mail"})).await, 4);
        assert_eq!(tokens(json!({"descriptions": {"one": "first number"}})).await, 5);
        assert_eq!(tokens(json!({"examples": {"one": ["a long example"], "two": ["another"]}})).await, 3);
        assert_eq!(tokens(json!({"priority": "fast"})).await, 3);
    })
    .await;
}

#[tokio::test]
async fn one_label_is_detection_and_explain_shows_parts_of_the_text() {
    bounded(120, async {
        let harness = Harness::start().await;
        let detect = async |text: &str| {
            let body = json!({"text": text, "labels": ["football"]});
            let seen = post(&harness, CLASSIFY, body).await.expect(200).json();
            assert_eq!(seen["label"], "football");
            seen["confidence"].as_f64().expect("a confidence")
        };
        let about = detect("The striker scored twice and the football match ended 3:1").await;
        assert!(about > detect("Add the flour and knead the dough").await);

        let text = "Wörter zuvor. My invoice was charged twice! The weather is fine.";
        let body = json!({"text": text, "labels": ["billing", "football"], "explain": true});
        let seen = post(&harness, CLASSIFY, body).await.expect(200).json();
        let evidence = seen["evidence"].as_array().expect("evidence");
        assert!(!evidence.is_empty());
        for part in evidence {
            let place = |name: &str| part[name].as_u64().expect("a place") as usize;
            let part_of: String =
                text.chars().skip(place("start")).take(place("end") - place("start")).collect();
            assert_eq!(part["text"], part_of);
            assert!(part["weight"].as_f64().is_some_and(|weight| (-1.0..=1.0).contains(&weight)));
        }
    })
    .await;
}

#[tokio::test]
async fn a_saved_classifier_answers_by_name_and_pinned_by_version() {
    bounded(120, async {
        let harness = Harness::start().await;
        for labels in [json!(["billing", "football"]), json!(["invoices", "cooking"])] {
            save(&harness, json!({"name": "tickets", "labels": labels})).await.expect(201);
        }
        for (name, label) in [("tickets", "invoices"), ("tickets@v1", "billing"), ("tickets@v2", "invoices")]
        {
            let body =
                json!({"text": "I was charged twice for my invoice", "classifier": name, "labels": []});
            assert_eq!(post(&harness, CLASSIFY, body).await.expect(200).json()["label"], label, "{name}");
        }
        for name in ["tickets@v3", "other"] {
            let missing = post(&harness, CLASSIFY, json!({"text": "x", "classifier": name})).await;
            assert_kind(&missing, ErrorKind::ClassifierNotFound);
        }
        let stranger = harness.account("stranger", 10).await;
        let call =
            harness.call("POST", CLASSIFY).key(&stranger).json(json!({"text": "x", "classifier": "tickets"}));
        assert_kind(&call.send().await, ErrorKind::ClassifierNotFound);
    })
    .await;
}

#[tokio::test]
async fn every_fault_is_named_and_the_detail_is_a_string() {
    bounded(60, async {
        let harness = Harness::start().await;
        for (change, fields) in [
            (json!({"text": null}), vec!["text"]),
            (json!({"text": " "}), vec!["text"]),
            (json!({"text": "x".repeat(100_001)}), vec!["text"]),
            (json!({"labels": null}), vec!["labels"]),
            (json!({"labels": ["a", "a"]}), vec!["labels"]),
            (json!({"classifier": "x"}), vec!["labels"]),
            (json!({"labels": [], "classifier": "x", "text_type": "mail"}), vec!["text_type"]),
            (json!({"descriptions": {"unknown": "x"}}), vec!["descriptions"]),
            (json!({"priority": "slow"}), vec!["priority"]),
            (json!({"image": "storage://a/../b"}), vec!["image"]),
            (json!({"image_url": "storage://a/b/"}), vec!["image"]),
            (json!({"file": "storage://a b/c"}), vec!["file"]),
            (json!({"image": vec!["x"; 21]}), vec!["image"]),
        ] {
            let mut body = charged_twice();
            for (name, value) in change.as_object().expect("an object") {
                body[name] = value.clone();
            }
            let refused = post(&harness, CLASSIFY, body).await;
            assert_kind(&refused, ErrorKind::Validation);
            let shown = change.to_string().chars().take(80).collect::<String>();
            assert_eq!(faulty_fields(&refused), fields, "{shown}");
            assert!(refused.json()["detail"].is_string());
        }
    })
    .await;
}

#[tokio::test]
async fn usage_and_logs_tell_tokens_model_and_cache_of_each_call() {
    bounded(120, async {
        let harness = Harness::start().await;
        let key = make_key(&harness, json!({"name": "classify"})).await;
        let key = key["key"].as_str().expect("a key");
        let first = harness.call("POST", CLASSIFY).key(key).json(charged_twice()).send().await.expect(200);
        let second = harness.call("POST", CLASSIFY).key(key).json(charged_twice()).send().await.expect(200);
        let tokens = first.json()["tokens"].clone();
        assert_eq!(second.json()["tokens"], tokens);
        harness.server.platform().recorder.flush(harness.store()).await.expect("written");
        for (answer, tokens, cached) in [(&first, &tokens, false), (&second, &json!(0), true)] {
            let path = format!("/v1/logs?request_id={}", answer.header("x-request-id"));
            let row = harness.call("GET", &path).send().await.expect(200).json()["data"][0].clone();
            assert_eq!((&row["tokens"], &row["cached"]), (tokens, &json!(cached)), "{row}");
        }
        let usage = harness.call("GET", "/v1/usage?group_by=route,model").send().await.expect(200).json();
        let rows = usage["data"].as_array().expect("rows");
        let used = rows.iter().find(|row| row["route"] == "classify" && row["model"] != "").expect("a row");
        assert_eq!((&used["tokens"], &used["requests"]), (&tokens, &json!(1)));
    })
    .await;
}
