//! Requests of extraction models, from the post to the data.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use contract::Credits;
use harness::{Answer, Harness, ModelAnswer, ModelServer, picture};
use serde_json::{Value, json};

use super::books;
use crate::hosted_models::with;
use crate::subject::bounded;

pub const PATH: &str = "/requests";
pub const RECEIPT: &[u8] = include_bytes!("../../../data/receipt.png");

/// A model that reads receipts, under an id.
pub async fn receipts(harness: &Harness, key: &str, id: &str) {
    let schema = json!({"type": "object", "properties": {
        "shop": {"type": "string"}, "date": {"type": "string", "format": "date"}, "total": {"type": "number"},
        "iban": {"type": "string"},
    }});
    let body = json!({"id": id, "name": "Receipts", "prompt": "Read the receipt", "schema": schema});
    harness.call("POST", "/requests/models").key(key).json(body).send().await.expect(201);
}

/// The parts of a form, texts and perhaps a file.
pub fn form(texts: &[(&str, &str)], file: Option<(&str, &[u8])>) -> (String, Vec<u8>) {
    let mut body = Vec::new();
    for (name, text) in texts {
        let part = format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n");
        body.extend(part.into_bytes());
    }
    if let Some((name, bytes)) = file {
        let head =
            format!("--x\r\nContent-Disposition: form-data; name=\"image\"; filename=\"{name}\"\r\n\r\n");
        body.extend(head.into_bytes());
        body.extend(bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--x--\r\n");
    ("multipart/form-data; boundary=x".to_owned(), body)
}

pub async fn post(harness: &Harness, body: Value) -> Answer {
    harness.call("POST", PATH).json(body).send().await
}

/// The request once it has ended.
pub async fn ended(harness: &Harness, id: &str) -> Value {
    // Reading takes long in a build without optimisation, on a machine with other work.
    for _ in 0..2_000 {
        let item = harness.call("GET", &format!("{PATH}/{id}")).send().await.expect(200).json();
        if matches!(item["status"].as_str(), Some("completed" | "failed")) {
            return item;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("request {id} does not end");
}

fn id(answer: Answer) -> String {
    answer.expect(201).json()["id"].as_str().expect("an id").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_by_form_by_url_or_by_base64_is_read_as_its_model_says_and_charged_once() {
    bounded(240, async {
        let harness = Harness::start().await;
        receipts(&harness, &harness.key, "receipts").await;
        let url = harness.files().add("receipt.png", "image/png", RECEIPT.to_vec());
        let payload = r#"{"order": 4711, "note": null}"#;
        let texts = [("model_id", "receipts"), ("config_name", "fast"), ("payload", payload)];
        let (media, body) = form(&texts, Some(("till.png", RECEIPT)));
        let accepted = harness.call("POST", PATH).body(&media, body).send().await.expect(201).json();
        let names: Vec<&str> = accepted.as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(names, ["id", "model_id", "status", "created_at"], "{accepted}");
        assert_eq!((&accepted["model_id"], &accepted["status"]), (&json!("receipts"), &json!("pending")));
        assert!(uuid::Uuid::parse_str(accepted["id"].as_str().expect("an id")).is_ok(), "{accepted}");
        let by_url = json!({"model_id": "receipts", "image": url, "payload": {"order": 1, "note": null}});
        let by_base64 = json!({"model_id": "receipts", "image": STANDARD.encode(RECEIPT)});
        let (media, in_form) = form(&[("model_id", "receipts"), ("image", &STANDARD.encode(RECEIPT))], None);
        let ids = [
            accepted["id"].as_str().expect("an id").to_owned(),
            id(post(&harness, by_url).await),
            id(post(&harness, by_base64).await),
            id(harness.call("POST", PATH).body(&media, in_form).send().await),
        ];
        let shown = [json!("till.png"), json!(url), Value::Null, Value::Null];
        let payloads = [
            json!({"order": 4711, "note": null}),
            json!({"order": 1, "note": null}),
            Value::Null,
            Value::Null,
        ];
        for ((id, image), payload) in ids.iter().zip(shown).zip(payloads) {
            let item = ended(&harness, id).await;
            let data = json!({"shop": "Lighting Norvia", "date": "2023-02-08", "total": 11.77, "iban": null});
            assert_eq!(
                (&item["status"], &item["data"], &item["error"]),
                (&json!("completed"), &data, &Value::Null),
                "{item}"
            );
            assert_eq!((&item["image"], &item["payload"]), (&image, &payload), "{item}");
        }
        let (_, held, spent) = books(&harness, "default").await;
        assert_eq!((held, spent), (Credits::ZERO, Credits::whole(44)));
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test]
async fn every_missing_field_is_named_once_in_the_shape_of_fastapi() {
    bounded(60, async {
        let harness = Harness::start().await;
        let missing = |field: &str| {
            json!({"type": "missing", "loc": ["body", field], "msg": "Field required", "input": null})
        };
        let both = json!({"detail": [missing("model_id"), missing("image")]});
        let (media, empty) = form(&[("config_name", "x")], None);
        for call in [
            harness.call("POST", PATH).json(json!({})),
            harness.call("POST", PATH),
            harness.call("POST", PATH).body(&media, empty),
        ] {
            assert_eq!(call.send().await.expect(422).json(), both);
        }
        let (media, body) = form(&[("model_id", "receipts")], None);
        let answer = harness.call("POST", PATH).body(&media, body).send().await.expect(422).json();
        assert_eq!(answer, json!({"detail": [missing("image")]}));
        let wrong = post(&harness, json!({"model_id": 1, "image": "", "payload": "{"})).await.expect(422).json();
        let said: Vec<(&str, &str)> = wrong["detail"]
            .as_array()
            .expect("faults")
            .iter()
            .map(|fault| (fault["loc"][1].as_str().expect("a field"), fault["type"].as_str().expect("a type")))
            .collect();
        assert_eq!(said, [("model_id", "string_type"), ("image", "string_too_short")], "{wrong}");
        let (_, held, spent) = books(&harness, "default").await;
        assert_eq!((held, spent), (Credits::ZERO, Credits::ZERO));
    })
    .await;
}

#[tokio::test]
async fn an_unknown_model_is_404_and_a_bad_picture_or_payload_422_all_free() {
    bounded(60, async {
        let harness = Harness::with(|options| options.workers = false).await;
        receipts(&harness, &harness.key, "receipts").await;
        let other = harness.account("other", 100).await;
        receipts(&harness, &other, "theirs").await;
        for model in ["nothing", "theirs", "models", "../receipts"] {
            let answer =
                post(&harness, json!({"model_id": model, "image": "aGVsbG8="})).await.expect(404).json();
            assert_eq!(answer, json!({"detail": "Resource is not found"}), "{model}");
        }
        for (field, body) in [
            ("image", json!({"model_id": "receipts", "image": "no base64!"})),
            ("image", json!({"model_id": "receipts", "image": "storage://bucket/../a.png"})),
            ("payload", json!({"model_id": "receipts", "image": "aGVsbG8=", "payload": "{half"})),
            ("payload", json!({"model_id": "receipts", "image": "aGVsbG8=", "payload": "x".repeat(20_001)})),
        ] {
            let answer = post(&harness, body).await.expect(422).json();
            assert_eq!(answer["detail"][0]["loc"], json!(["body", field]), "{answer}");
        }
        assert_eq!(books(&harness, "default").await.1, Credits::ZERO);
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_read_ends_with_its_reason_and_is_free_and_leaves_no_file() {
    bounded(240, async {
        let harness = Harness::start().await;
        receipts(&harness, &harness.key, "receipts").await;
        let gone = harness.files().add("gone.png", "image/png", Vec::new());
        for image in [json!("bm8gcGljdHVyZQ=="), json!(gone), json!("https://127.0.0.1:1/x.png")] {
            let id = id(post(&harness, json!({"model_id": "receipts", "image": image})).await);
            let item = ended(&harness, &id).await;
            assert_eq!((&item["status"], &item["data"]), (&json!("failed"), &Value::Null), "{item}");
            assert!(item["error"].as_str().is_some_and(|error| error.len() > 10), "{item}");
        }
        // Nothing in it to read: an answer all the same, and charged.
        let blank = STANDARD.encode(picture(64, 48));
        let blank = id(post(&harness, json!({"model_id": "receipts", "image": blank})).await);
        let item = ended(&harness, &blank).await;
        assert_eq!((&item["status"], &item["data"]["total"]), (&json!("completed"), &Value::Null), "{item}");
        let (_, held, spent) = books(&harness, "default").await;
        assert_eq!((held, spent), (Credits::ZERO, Credits::whole(11)));
        assert_eq!(kept(&harness).await, Vec::<String>::new());
        harness.assert_books().await;
    })
    .await;
}

/// Keys of the objects that extractions have left.
pub async fn kept(harness: &Harness) -> Vec<String> {
    let store = harness.store();
    let call = store.s3.list_objects_v2().bucket(&store.names.bucket_results).prefix("tmp/extractions/");
    let found = call.send().await.expect("a list").contents.unwrap_or_default();
    found.into_iter().filter_map(|object| object.key).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_hosted_model_gets_the_models_prompt_and_schema_and_its_failures_are_free() {
    bounded(240, async {
        let server = ModelServer::start(|_| ModelAnswer::text(r#"{"shop": "Norvia", "total": 11.77}"#)).await;
        let harness = with(&server, |_| {}).await;
        receipts(&harness, &harness.key, "receipts").await;
        let body = json!({"model_id": "receipts", "image": STANDARD.encode(RECEIPT)});
        let item = ended(&harness, &id(post(&harness, body).await)).await;
        assert_eq!(item["data"], json!({"shop": "Norvia", "total": 11.77}), "{item}");
        let asked = server.asked();
        assert_eq!(asked.len(), 1);
        let sent = asked[0].body.to_string();
        assert!(sent.contains("Read the receipt") && sent.contains("iban"), "{sent}");
        assert_eq!(books(&harness, "default").await.2, Credits::whole(11));
    })
    .await;
}

#[tokio::test]
async fn a_thousand_an_hour_may_be_posted_and_looked_at_as_often_as_one_likes() {
    bounded(240, async {
        let harness = Harness::with(|options| {
            (options.workers, options.config.rate_limits) = (false, true);
            options.config.requests_an_hour = 3;
        })
        .await;
        receipts(&harness, &harness.key, "receipts").await;
        let body = json!({"model_id": "receipts", "image": "aGVsbG8="});
        let mut last = String::new();
        for left in [2, 1, 0] {
            let answer = post(&harness, body.clone()).await.expect(201);
            assert_eq!(
                (answer.header("x-ratelimit-limit"), answer.header("x-ratelimit-remaining")),
                ("3", &*left.to_string())
            );
            last = id(answer);
            harness.clock.advance_ms(61_000);
        }
        let answer = post(&harness, body.clone()).await.expect(429);
        assert_eq!(answer.json(), json!({"detail": "Too many requests", "code": "rate_limited"}));
        let wait: i64 = answer.header("retry-after").parse().expect("seconds");
        assert!((1..=3600).contains(&wait), "{wait}");
        for _ in 0..10 {
            harness.call("GET", &format!("{PATH}/{last}")).send().await.expect(200);
        }
        harness.clock.advance_ms(wait * 1000);
        post(&harness, body).await.expect(201);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_whose_message_was_never_sent_or_failed_too_often_ends_all_the_same() {
    bounded(240, async {
        let harness = Harness::with(|options| options.workers = false).await;
        receipts(&harness, &harness.key, "receipts").await;
        let body = json!({"model_id": "receipts", "image": STANDARD.encode(RECEIPT)});
        let lost = id(post(&harness, body.clone()).await);
        // Nobody works: after many hours the sweep gives it up, and its hold is free.
        harness.clock.advance_ms(7 * 3600 * 1000);
        harness.server.sweep().await;
        let item = ended(&harness, &lost).await;
        assert_eq!(item["status"], "failed", "{item}");
        let dead = id(post(&harness, body).await);
        let function = extract_dead_letter::function();
        let common::Work::Queue(worker) = function.work else { panic!("no worker") };
        let mut event = common::SqsEvent::default();
        let mut message = common::SqsMessage::default();
        message.body = Some(json!({"read": dead}).to_string());
        event.records = vec![message];
        worker.run(harness.server.platform().clone(), event).await;
        let item = ended(&harness, &dead).await;
        assert!(item["error"].as_str().is_some_and(|error| error.contains("on our side")), "{item}");
        assert_eq!(books(&harness, "default").await.1, Credits::ZERO);
        harness.assert_books().await;
    })
    .await;
}
