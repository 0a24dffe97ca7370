//! Data and text out of pictures, read here or by a hosted model.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use contract::Credits;
use harness::{Harness, ModelAnswer, ModelServer, picture};
use serde_json::{Value, json};

use crate::hosted_models::with;
use crate::subject::bounded;

const PATH: &str = "/api/v1/extract-image";
/// A drawn receipt of Lighting Norvia.
const RECEIPT: &[u8] = include_bytes!("../../../data/receipt.png");

fn schema() -> Value {
    json!({"type": "object", "properties": {
        "shop": {"type": "string"}, "date": {"type": "string", "format": "date"}, "total": {"type": "number"},
        "currency": {"type": "string"}, "iban": {"type": "string"}, "cashier": {"enum": ["Jo", "Max"]},
        "items": {"type": "array", "items": {"type": "object", "properties": {
            "description": {"type": "string"}, "amount": {"type": "number"},
        }}},
    }})
}

fn asking(images: &[Value], more: Value) -> Value {
    let mut body = json!({"inputMethod": "base64", "images": images, "prompt": "Read the receipt"});
    let members = more.as_object().expect("members").clone();
    body.as_object_mut().expect("an object").extend(members);
    body
}

fn receipt() -> Value {
    STANDARD.encode(RECEIPT).into()
}

async fn post(harness: &Harness, body: Value) -> harness::Answer {
    harness.call("POST", PATH).json(body).send().await
}

/// Credits that a call has cost.
async fn cost(harness: &Harness, before: Credits) -> Credits {
    harness.balance("default").await.spent - before
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fields_of_a_schema_are_read_and_what_is_not_there_is_null() {
    bounded(120, async {
        let harness = Harness::start().await;
        let before = harness.balance("default").await.spent;
        let answer =
            post(&harness, asking(&[receipt()], json!({"schema": schema(), "evidence": true}))).await;
        let answer = answer.expect(200).json();
        let data = &answer["data"];
        assert_eq!(data["shop"], "Lighting Norvia", "{answer}");
        assert_eq!((&data["date"], &data["total"]), (&json!("2023-02-08"), &json!(11.77)), "{answer}");
        assert_eq!((&data["currency"], &data["iban"]), (&json!("GBP"), &Value::Null), "{answer}");
        // The page has one, who is none of those.
        assert_eq!(data["cashier"], Value::Null, "{answer}");
        let amounts: Vec<&Value> =
            data["items"].as_array().expect("items").iter().map(|item| &item["amount"]).collect();
        assert_eq!(amounts, [&json!(7.19), &json!(2.99), &json!(1.59)], "{answer}");
        let place = &data["_evidence"]["total"];
        let top = place["box"][0][1].as_f64().expect("a place");
        assert!((660.0..700.0).contains(&top) && place["image"] == 0, "{place}");
        for absent in ["iban", "cashier"] {
            assert!(data["_evidence"].get(absent).is_none(), "{answer}");
        }
        let said: Value = serde_json::from_str(answer["results"].as_str().expect("a text")).expect("JSON");
        assert_eq!(&said, data);
        assert_eq!(answer["images"], json!([{"index": 0, "error": null}]));
        assert_eq!((&answer["imageCount"], &answer["creditUsage"]), (&json!(1), &json!(11)));
        assert_eq!((&answer["truncated"], &answer["prompt"]), (&json!(false), &json!("Read the receipt")));
        assert!(answer["model"].as_str().is_some_and(|model| model.contains("ppocr")), "{answer}");
        assert_eq!(cost(&harness, before).await, Credits::whole(11));
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_json_the_text_is_answered_and_old_bodies_are_taken() {
    bounded(120, async {
        let harness = Harness::start().await;
        let url = harness.files().add("receipt.png", "image/png", RECEIPT.to_vec());
        let prompt = "Give me the full text";
        let prefixed = format!("data:image/png;base64,{}", STANDARD.encode(RECEIPT));
        for body in [
            json!({"inputMethod": "url", "images": [url], "prompt": prompt}),
            json!({"inputMethod": "url", "image": url, "prompt": prompt, "requestSource": "API"}),
            json!({"inputMethod": "base64", "images": [prefixed], "image": "ignored", "prompt": prompt, "jsonMode": false}),
        ] {
            let answer = post(&harness, body).await.expect(200).json();
            let text = answer["results"].as_str().expect("a text");
            for words in ["Lighting Norvia", "Ground coffee 500 g", "Megan Quinn", "£18.23"] {
                assert!(text.contains(words), "{words} is not in {text}");
            }
            assert_eq!(answer["data"], Value::Null);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_that_cannot_be_read_is_listed_and_not_charged_and_none_at_all_is_400_and_free() {
    bounded(120, async {
        let harness = Harness::start().await;
        let before = harness.balance("default").await.spent;
        let images = [
            json!("bm8gcGljdHVyZQ=="),
            receipt(),
            json!("not base64!"),
            STANDARD.encode(picture(64, 48)).into(),
        ];
        let answer =
            post(&harness, asking(&images, json!({"jsonMode": true, "prompt": "Read the total as JSON"})))
                .await;
        let answer = answer.expect(200).json();
        assert_eq!(answer["data"]["total"], 11.77, "{answer}");
        let outcomes = answer["images"].as_array().expect("outcomes");
        let failed: Vec<bool> = outcomes.iter().map(|outcome| outcome["error"].is_string()).collect();
        assert_eq!(failed, [true, false, true, false], "{answer}");
        assert!(outcomes.iter().enumerate().all(|(place, outcome)| outcome["index"] == place));
        assert_eq!((&answer["imageCount"], &answer["creditUsage"]), (&json!(4), &json!(12)));
        assert_eq!(cost(&harness, before).await, Credits::whole(12));
        let none = post(&harness, asking(&images[..1], json!({}))).await.expect(400).json();
        assert!(none["error"].is_string() && none.as_object().map(|all| all.len()) == Some(1), "{none}");
        assert_eq!(cost(&harness, before).await, Credits::whole(12));
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_not_right_is_400_with_a_sentence_and_free() {
    bounded(120, async {
        let harness = Harness::start().await;
        let before = harness.balance("default").await.spent;
        let wrong = [
            json!({"images": ["x"], "prompt": "p"}),
            json!({"inputMethod": "file", "images": ["x"], "prompt": "p"}),
            json!({"inputMethod": "base64", "prompt": "p"}),
            json!({"inputMethod": "base64", "images": [], "prompt": "p"}),
            json!({"inputMethod": "base64", "images": "x", "prompt": "p"}),
            json!({"inputMethod": "base64", "images": ["x"]}),
            json!({"inputMethod": "base64", "images": ["x"], "prompt": " "}),
            json!({"inputMethod": "base64", "images": ["x"], "prompt": "p".repeat(20_001)}),
            json!({"inputMethod": "base64", "images": vec!["x"; 3001], "prompt": "p"}),
            asking(&[receipt()], json!({"schema": {"type": "array"}})),
            asking(
                &[receipt()],
                json!({"schema": {"type": "object", "properties": {"a": {"type": "objekt"}}}}),
            ),
            asking(
                &[receipt()],
                json!({"schema": {"properties": {"a": {"$ref": "https://example.com/a.json"}}}}),
            ),
            json!({"inputMethod": "base64", "images": ["https://example.com/a.png"], "prompt": "p"}),
            json!({"inputMethod": "url", "images": [receipt()], "prompt": "p"}),
        ];
        for body in wrong {
            let said = body.to_string();
            let answer = post(&harness, body).await.expect(400).json();
            assert!(answer["error"].as_str().is_some_and(|text| text.len() > 5), "{answer}: {said:.100}");
        }
        assert_eq!(cost(&harness, before).await, Credits::ZERO);
        let keyless = harness.call("POST", PATH).no_key().json(json!({})).send().await.expect(401).json();
        assert_eq!(keyless, json!({"error": "Invalid or missing Authorization header"}));
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hosted_model_is_asked_with_the_schema_and_once_more_where_its_answer_does_not_fit() {
    bounded(120, async {
        let server = ModelServer::start(|question| {
            // The second time it is told what was wrong.
            let told = question.body.to_string().contains("It cannot be used");
            ModelAnswer::text(if told {
                "```json\n{\"total\": 11.77}\n```"
            } else {
                "{\"total\": \"eleven\"}"
            })
        })
        .await;
        let harness = with(&server, |_| {}).await;
        let before = harness.balance("default").await.spent;
        let answer = post(&harness, asking(&[receipt(), receipt()], json!({"schema": schema()})))
            .await
            .expect(200)
            .json();
        assert_eq!(
            (&answer["data"]["total"], &answer["creditUsage"]),
            (&json!(11.77), &json!(12)),
            "{answer}"
        );
        let asked = server.asked();
        assert_eq!(asked.len(), 2);
        assert_eq!(asked[0].pictures().len(), 2);
        assert!(asked[0].body["response_format"].to_string().contains("\"iban\""), "{}", asked[0].body);
        assert!(asked[1].body.to_string().contains("/total"), "the fault is not told");
        assert_eq!(cost(&harness, before).await, Credits::whole(12));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hosted_model_that_fails_twice_refuses_or_is_gone_is_500_and_free() {
    bounded(120, async {
        for answer in
            [ModelAnswer::text("{\"total\": \"eleven\"}"), ModelAnswer::text(""), ModelAnswer::error(400)]
        {
            let server = ModelServer::start(move |_| answer.clone()).await;
            let harness = with(&server, |_| {}).await;
            let before = harness.balance("default").await.spent;
            let answer =
                post(&harness, asking(&[receipt()], json!({"schema": schema()}))).await.expect(500).json();
            let sentence = answer["error"].as_str().unwrap_or_default();
            assert!(sentence.starts_with("Failed to extract image data: "), "{answer}");
            assert!(server.asked().len() <= 2);
            assert_eq!(cost(&harness, before).await, Credits::ZERO);
            harness.assert_books().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_cut_off_is_asked_for_in_halves_and_of_one_picture_says_so() {
    bounded(120, async {
        let server = ModelServer::start(|question| match question.pictures().len() {
            1 => ModelAnswer::text("{\"lines\": [\"a\", \"b\"]}"),
            _ => ModelAnswer::text("{\"lines\": [\"a\", \"b\", \"c").cut_off(),
        })
        .await;
        let harness = with(&server, |_| {}).await;
        let images = vec![receipt(); 3];
        let answer = post(&harness, asking(&images, json!({"jsonMode": true}))).await.expect(200).json();
        assert_eq!(answer["data"], json!({"lines": ["a", "b", "a", "b", "a", "b"]}));
        assert_eq!(answer["truncated"], false);
        let always =
            ModelServer::start(|_| ModelAnswer::text("{\"lines\": [\"a\", \"b\", \"c").cut_off()).await;
        let harness = with(&always, |_| {}).await;
        let answer = post(&harness, asking(&images[..1], json!({"jsonMode": true}))).await.expect(200).json();
        assert_eq!((&answer["data"], &answer["truncated"]), (&json!({"lines": ["a", "b"]}), &json!(true)));
        assert_eq!(always.asked().len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_written_in_a_picture_stays_a_string_in_the_question_to_a_model_that_cannot_look() {
    bounded(120, async {
        let server = ModelServer::start(|_| ModelAnswer::text("{}")).await;
        let harness = with(&server, |config| config.vision = false).await;
        post(&harness, asking(&[receipt()], json!({"jsonMode": true}))).await.expect(200);
        let asked = server.asked();
        assert!(asked[0].pictures().is_empty());
        let content = asked[0].body["messages"][1]["content"].to_string();
        assert!(content.contains("Lighting Norvia") && content.contains("as a JSON string"), "{content}");
        let system = asked[0].body["messages"][0]["content"].as_str().expect("instructions");
        assert!(!system.contains("Norvia"), "{system}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_goes_before_the_answer_leaves_nothing_held() {
    bounded(60, async {
        let server = ModelServer::start(|_| ModelAnswer::text("{}").after(Duration::from_secs(30))).await;
        let harness = with(&server, |_| {}).await;
        let before = harness.balance("default").await;
        let call = post(&harness, asking(&[receipt()], json!({"jsonMode": true})));
        let (held, gone) = tokio::join!(
            async {
                while server.asked().is_empty() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                harness.balance("default").await.held
            },
            tokio::time::timeout(Duration::from_secs(3), call),
        );
        assert_eq!(held, Credits::whole(11));
        assert!(gone.is_err(), "it was answered");
        while harness.balance("default").await.held > Credits::ZERO {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(harness.balance("default").await.available, before.available);
        harness.assert_books().await;
    })
    .await;
}
