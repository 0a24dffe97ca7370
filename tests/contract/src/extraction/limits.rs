//! Limits of extraction at their edges, and what older clients send.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use contract::Credits;
use contract::limits::{MAX_EXTRACT_DOCUMENT_BYTES, MAX_EXTRACT_IMAGES, MAX_IMAGE_BYTES};
use harness::{Harness, ModelServer, picture};
use hosted::{HostedConfig, Wire};
use serde_json::{Value, json};

use super::wires::{End, connected, says};
use super::{DOCUMENT, IMAGE, RECEIPT, hosting};
use crate::subject::bounded;

/// A picture whose file has so many bytes.
fn padded(bytes: usize) -> Vec<u8> {
    let mut file = picture(64, 48);
    file.resize(bytes, 0);
    file
}

/// A server whose model answers anything with `{}`.
async fn server() -> (ModelServer, Harness) {
    let model = ModelServer::start(|_| says(Wire::OpenAi, "{}", End::Whole)).await;
    let harness = hosting(connected(HostedConfig::for_testing(Wire::OpenAi, &model.url()))).await;
    (model, harness)
}

fn body(method: &str, field: &str, inputs: &[String]) -> Value {
    json!({"inputMethod": method, field: inputs, "prompt": "Read it", "jsonMode": true})
}

/// The first is taken; the second is refused for its size, and not charged.
async fn assert_edge(harness: &Harness, path: &str, body: Value, (field, sentence): (&str, &str)) {
    let before = harness.balance("default").await.spent;
    let answer = harness.call("POST", path).json(body).send().await.expect(200).json();
    assert_eq!(answer[field][0]["error"], Value::Null, "{answer}");
    assert!(answer[field][1]["error"].as_str().is_some_and(|error| error.contains(sentence)), "{answer}");
    assert_eq!(answer["creditUsage"], 11);
    assert_eq!(harness.balance("default").await.spent - before, Credits::whole(11));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_of_20_mb_is_read_and_one_of_a_byte_more_is_not_however_it_comes() {
    bounded(300, async {
        let (_model, harness) = server().await;
        let files = [padded(MAX_IMAGE_BYTES), padded(MAX_IMAGE_BYTES + 1)];
        let bare = files.each_ref().map(|file| STANDARD.encode(file));
        let prefixed = bare.each_ref().map(|text| format!("data:image/jpeg;base64,{text}"));
        for encoded in [bare, prefixed] {
            assert_edge(&harness, IMAGE, body("base64", "images", &encoded), ("images", "at most 20 MB"))
                .await;
        }
        let [fits, over] = files;
        let urls = [
            harness.files().add("fits.jpg", "image/jpeg", fits),
            harness.files().add("over.jpg", "image/jpeg", over),
        ];
        assert_edge(&harness, IMAGE, body("url", "images", &urls), ("images", "20")).await;
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_of_30_mb_is_read_and_one_of_a_byte_more_is_not() {
    bounded(300, async {
        let (_model, harness) = server().await;
        let files = [padded(MAX_EXTRACT_DOCUMENT_BYTES), padded(MAX_EXTRACT_DOCUMENT_BYTES + 1)];
        let encoded = files.map(|file| STANDARD.encode(file));
        assert_edge(&harness, DOCUMENT, body("base64", "files", &encoded), ("files", "at most 30 MB")).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn inputs_of_100_mb_together_are_read_and_with_a_byte_more_the_call_is_400_and_free() {
    bounded(600, async {
        let (model, harness) = server().await;
        let whole = STANDARD.encode(padded(MAX_IMAGE_BYTES));
        let mut inputs = vec![whole; 5];
        for (path, field, count) in [(IMAGE, "images", "imageCount"), (DOCUMENT, "files", "fileCount")] {
            let answer = harness.call("POST", path).json(body("base64", field, &inputs)).send().await;
            let answer = answer.expect(200).json();
            assert_eq!((&answer[count], &answer["creditUsage"]), (&json!(5), &json!(15)), "{answer}");
        }
        let asked = model.asked().len();
        inputs.push(STANDARD.encode([0]));
        for (path, field) in [(IMAGE, "images"), (DOCUMENT, "files")] {
            let answer = harness.call("POST", path).json(body("base64", field, &inputs)).send().await;
            let answer = answer.expect(400).json();
            assert!(
                answer["error"].as_str().is_some_and(|error| error.contains("at most 100 MB")),
                "{answer}"
            );
        }
        assert_eq!(model.asked().len(), asked);
        assert_eq!(harness.balance("default").await.spent, Credits::whole(30));
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_3000_pictures_all_are_read_and_3001_are_400() {
    bounded(600, async {
        let (model, harness) = server().await;
        let mut images = vec![STANDARD.encode(picture(16, 8)); MAX_EXTRACT_IMAGES];
        let answer = harness.call("POST", IMAGE).json(body("base64", "images", &images)).send().await;
        let answer = answer.expect(200).json();
        assert_eq!((&answer["imageCount"], &answer["creditUsage"]), (&json!(3_000), &json!(3_010)));
        let shown: usize = model.asked().iter().map(|question| question.pictures().len()).sum();
        assert_eq!(shown, MAX_EXTRACT_IMAGES);
        let asked = model.asked().len();
        images.push(images[0].clone());
        for (path, field) in [(IMAGE, "images"), (DOCUMENT, "files")] {
            let answer = harness.call("POST", path).json(body("base64", field, &images)).send().await;
            let answer = answer.expect(400).json();
            assert!(answer["error"].as_str().is_some_and(|error| error.contains("3000")), "{answer}");
        }
        assert_eq!(model.asked().len(), asked);
        assert_eq!(harness.balance("default").await.spent, Credits::whole(3_010));
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn older_clients_are_answered_as_they_call() {
    bounded(120, async {
        let (_model, harness) = server().await;
        let encoded = STANDARD.encode(RECEIPT);
        let old =
            json!({"inputMethod": "base64", "image": encoded, "prompt": "Read it", "requestSource": "API"});
        let call = harness.call("POST", IMAGE).json(old).header("Request-Source", "API");
        // That header is of /requests; here it neither helps nor harms.
        let answer = call.clone().header("X-API-KEY", "atl_other").send().await.expect(200).json();
        assert_eq!((&answer["imageCount"], &answer["creditUsage"]), (&json!(1), &json!(11)), "{answer}");
        let elsewhere = call.no_key().header("X-API-KEY", &harness.key).send().await.expect(401).json();
        assert_eq!(elsewhere, json!({"error": "Invalid or missing Authorization header"}));
        // Clients that send a body with every call.
        let formats = "/api/v1/extract-image/formats";
        let plain = harness.call("GET", formats).send().await.expect(200).json();
        for call in [
            harness.call("GET", formats).json(json!({})),
            harness.call("GET", formats).body("application/json", ""),
            harness.call("GET", formats).body("text/plain", "{}"),
        ] {
            assert_eq!(call.send().await.expect(200).json(), plain);
        }
        harness.assert_books().await;
    })
    .await;
}
