//! Pictures beside or instead of a text.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use contract::{Credits, ErrorKind};
use harness::{Harness, picture};
use serde_json::{Value, json};

use super::classify::{CLASSIFY, post};
use super::{assert_kind, faulty_fields};
use crate::subject::bounded;

pub const ESPRESSO: &[u8] = include_bytes!("../../../data/photo.jpg");
const ROCKET: &[u8] = include_bytes!("../../../data/scenes/rocket.jpg");

/// Squares of 32 pixels of a picture below 4 megapixels.
pub fn squares(file: &[u8]) -> u64 {
    let info = imaging::probe(file).expect("a picture");
    u64::from(info.width.div_ceil(32)) * u64::from(info.height.div_ceil(32))
}

pub fn showing(name: &str, value: impl Into<Value>) -> Value {
    json!({name: value.into(), "labels": ["coffee", "spacecraft"]})
}

#[tokio::test]
async fn what_a_picture_shows_is_matched_with_the_labels_and_paid_by_its_squares() {
    bounded(300, async {
        let harness = Harness::start().await;
        for (file, label) in [(ESPRESSO, "coffee"), (ROCKET, "spacecraft")] {
            let before = harness.balance("default").await.spent;
            let answer = post(&harness, CLASSIFY, showing("image", STANDARD.encode(file))).await.expect(200);
            let seen = answer.json();
            assert_eq!(seen["label"], label, "{seen}");
            assert_eq!(seen["visual_tokens"], squares(file));
            let tokens = seen["tokens"].as_u64().expect("tokens");
            // The labels have a token or two each, and there is no text.
            assert!((squares(file) + 2..=squares(file) + 8).contains(&tokens), "{seen}");
            assert_eq!(answer.header("x-tokens-used"), tokens.to_string());
            let spent = harness.balance("default").await.spent.micro() - before.micro();
            assert_eq!(spent as u64, tokens * 200);
        }
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test]
async fn the_same_bytes_are_the_same_picture_wherever_they_come_from() {
    bounded(300, async {
        let harness = Harness::start().await;
        let encoded = STANDARD.encode(ESPRESSO);
        let first = harness.files().add("a.jpg", "image/jpeg", ESPRESSO);
        let second = harness.files().add("b", "text/plain", ESPRESSO);
        let mut earlier: Option<Value> = None;
        for (field, value) in [
            ("image", Value::from(first)),
            ("image_url", second.into()),
            ("image", json!([encoded])),
            ("image_base64", format!("data:image/png;base64,{encoded}").into()),
        ] {
            let answer = post(&harness, CLASSIFY, showing(field, value)).await.expect(200);
            let seen = answer.json();
            if let Some(earlier) = &earlier {
                assert_eq!(
                    (answer.header("x-cache"), answer.header("x-tokens-used")),
                    ("HIT", "0"),
                    "{field}"
                );
                for name in ["label", "confidence", "tokens", "visual_tokens"] {
                    assert_eq!(seen[name], earlier[name], "{name}");
                }
            } else {
                assert_eq!(answer.header("x-cache"), "MISS");
            }
            earlier = Some(seen);
        }
        let other = post(&harness, CLASSIFY, showing("image", STANDARD.encode(ROCKET))).await.expect(200);
        assert_eq!(other.header("x-cache"), "MISS");
    })
    .await;
}

#[tokio::test]
async fn texts_of_a_batch_share_a_picture_that_counts_once() {
    bounded(300, async {
        let harness = Harness::start().await;
        let mut body = showing("image", STANDARD.encode(ESPRESSO));
        body["texts"] = json!(["one", "two", " "]);
        let answer = post(&harness, "/v1/classify/batch", body.clone()).await.expect(200);
        let seen = answer.json();
        let tokens = |n: usize| seen["results"][n]["tokens"].as_u64().expect("tokens");
        assert_eq!((tokens(0), tokens(2)), (tokens(1) + squares(ESPRESSO), 0));
        assert_eq!(seen["total_tokens"], tokens(0) + tokens(1));
        assert_eq!(answer.header("x-tokens-used"), (tokens(0) + tokens(1)).to_string());
        let again = post(&harness, "/v1/classify/batch", body).await.expect(200);
        assert_eq!((again.header("x-cache"), &again.json()["total_tokens"]), ("HIT", &seen["total_tokens"]));
    })
    .await;
}

#[tokio::test]
async fn tags_of_a_picture_and_a_text_beside_it() {
    bounded(300, async {
        let harness = Harness::start().await;
        let mut body = showing("image", STANDARD.encode(ESPRESSO));
        body["text"] = "The rocket reached its orbit".into();
        body["threshold"] = 0.0.into();
        let seen = post(&harness, "/v1/tag", body).await.expect(200).json();
        assert_eq!(seen["labels"].as_array().map(Vec::len), Some(2));
        assert_eq!(seen["visual_tokens"], squares(ESPRESSO));
    })
    .await;
}

#[tokio::test]
async fn a_picture_that_cannot_be_had_or_read_is_refused_by_its_fault_and_free() {
    bounded(120, async {
        let harness = Harness::start().await;
        let cut = &ESPRESSO[..ESPRESSO.len() / 3];
        let missing = harness.files().url("missing.jpg");
        for (image, kind) in [
            (json!("no base64 at all!"), ErrorKind::InputNotAPicture),
            (json!("data:image/png,hello"), ErrorKind::InputNotAPicture),
            (json!(STANDARD.encode("hello, this is no picture")), ErrorKind::InputNotAPicture),
            (json!(STANDARD.encode("%PDF-1.7\n")), ErrorKind::InputNotAPicture),
            (json!(STANDARD.encode(cut)), ErrorKind::InputCorrupt),
            (json!([STANDARD.encode(picture(16, 16)), STANDARD.encode("x")]), ErrorKind::InputNotAPicture),
            (json!(missing), ErrorKind::InputUnreachable),
            (json!("http://169.254.169.254/latest/meta-data/"), ErrorKind::InputRefused),
            (json!("ftp://example.com/x.jpg"), ErrorKind::InputRefused),
            (json!(STANDARD.encode(vec![0; 20_000_001])), ErrorKind::InputTooLarge),
        ] {
            let refused = post(&harness, CLASSIFY, showing("image", image)).await;
            assert_kind(&refused, kind);
            assert!(refused.json()["detail"].as_str().is_some_and(|detail| detail.starts_with("image")));
        }
        let wide = post(&harness, CLASSIFY, showing("image", STANDARD.encode(picture(40_000, 8)))).await;
        assert_kind(&wide, ErrorKind::Validation);
        assert_eq!(faulty_fields(&wide), ["image"]);
        assert_eq!(harness.balance("default").await.spent, Credits::ZERO);
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test]
async fn a_body_is_as_large_as_a_picture_only_with_a_picture() {
    bounded(120, async {
        let harness = Harness::start().await;
        let mut body = json!({"text": "hello", "labels": ["a", "b"], "ignored": "x".repeat(1_000_000)});
        assert_kind(&post(&harness, CLASSIFY, body.clone()).await, ErrorKind::BodyTooLarge);
        body["image"] = STANDARD.encode(picture(16, 16)).into();
        post(&harness, CLASSIFY, body).await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn a_picture_of_nothing_speaks_for_no_label_and_a_few_letters_for_none_either() {
    bounded(300, async {
        let harness = Harness::start().await;
        let labels = ["invoice", "cat", "landscape", "vehicle"];
        let black = STANDARD.encode(picture(1, 1));
        let all = json!({"image": black, "labels": labels, "threshold": 0});
        for tag in post(&harness, "/v1/tag", all.clone()).await.expect(200).json()["labels"].as_array().expect("tags") {
            assert_eq!(tag["confidence"], 0.0, "{tag}");
        }
        let even = post(&harness, CLASSIFY, all).await.expect(200).json();
        assert_eq!(even["confidence"], 0.25);
        let one = post(&harness, CLASSIFY, json!({"image": black, "labels": ["cat"]})).await.expect(200).json();
        assert_eq!(one["confidence"], 0.0);
        // On the cup "08" is read, in its pattern.
        let cup = json!({"image": STANDARD.encode(ESPRESSO), "labels": ["drink", "animal", "vehicle"], "threshold": 0.4});
        let tags = post(&harness, "/v1/tag", cup).await.expect(200).json()["labels"].clone();
        assert_eq!(tags.as_array().map(Vec::len), Some(1), "{tags}");
        assert_eq!(tags[0]["label"], "drink");
    })
    .await;
}
