//! Pictures and documents with a hosted model, played by a server on loopback.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use contract::Credits;
use harness::{ModelAnswer, ModelServer};
use serde_json::{Value, json};

use crate::hosted_models::{prefers, with};
use crate::special::classify::{CLASSIFY, post};
use crate::special::classify_documents::holding;
use crate::special::classify_documents::make::pdf::invoice;
use crate::special::classify_pictures::{ESPRESSO, showing, squares};
use crate::subject::bounded;

/// Sides of a picture that went to the model.
fn shown(url: &str) -> (u32, u32) {
    let encoded = url.strip_prefix("data:image/jpeg;base64,").expect("a JPEG");
    let info = imaging::probe(&STANDARD.decode(encoded).expect("base64")).expect("a picture");
    (info.width, info.height)
}

#[tokio::test]
async fn pictures_go_to_the_model_and_are_paid_once_however_many_texts_stand_beside_them() {
    bounded(300, async {
        let server = ModelServer::start(prefers("spacecraft")).await;
        let harness = with(&server, |_| {}).await;
        let body = showing("image", json!([STANDARD.encode(ESPRESSO), STANDARD.encode(ESPRESSO)]));
        let answer = post(&harness, CLASSIFY, body).await.expect(200).json();
        assert_eq!(
            (&answer["label"], &answer["confidence_method"]),
            (&json!("spacecraft"), &json!("logprob"))
        );
        assert_eq!(answer["visual_tokens"], 2 * squares(ESPRESSO));
        let info = imaging::probe(ESPRESSO).expect("a picture");
        for asked in server.asked() {
            let pictures: Vec<(u32, u32)> = asked.pictures().into_iter().map(shown).collect();
            assert_eq!(pictures, [(info.width, info.height); 2]);
            assert!(!asked.body.to_string().contains("A picture of"), "the words of the local models");
        }
        let before = harness.balance("default").await.spent.micro();
        let mut body = showing("image", STANDARD.encode(ESPRESSO));
        body["texts"] = json!(["one", "two"]);
        let batch = post(&harness, "/v1/classify/batch", body).await.expect(200).json();
        let tokens = |n: usize| batch["results"][n]["tokens"].as_u64().expect("tokens");
        assert_eq!(tokens(0), tokens(1) + squares(ESPRESSO));
        let spent = harness.balance("default").await.spent.micro() - before;
        assert_eq!(spent as u64, (tokens(0) + tokens(1)) * 200);
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test]
async fn of_a_document_the_model_gets_its_text_and_every_page() {
    bounded(300, async {
        let server = ModelServer::start(prefers("rental agreement")).await;
        let harness = with(&server, |_| {}).await;
        let answer = post(&harness, CLASSIFY, holding(&invoice())).await.expect(200).json();
        assert_eq!(answer["label"], "rental agreement");
        let asked = &server.asked()[0];
        let pages: Vec<(u32, u32)> = asked.pictures().into_iter().map(shown).collect();
        assert_eq!(pages.len(), 1);
        assert!(pages[0].0 > 900 && pages[0].0 * pages[0].1 <= 1_500_000, "{pages:?}");
        assert!(asked.body.to_string().contains("4711"), "the text of the page");
    })
    .await;
}

#[tokio::test]
async fn a_model_without_eyes_is_told_what_the_local_models_see() {
    bounded(300, async {
        let server = ModelServer::start(prefers("coffee")).await;
        let harness = with(&server, |config| config.vision = false).await;
        let answer = post(&harness, CLASSIFY, showing("image", STANDARD.encode(ESPRESSO))).await.expect(200);
        assert_eq!(answer.json()["label"], "coffee");
        let asked = &server.asked()[0];
        assert!(asked.pictures().is_empty());
        assert!(asked.user().contains("A picture of espresso"), "{}", asked.user());
    })
    .await;
}

#[tokio::test]
async fn the_local_models_look_where_the_model_fails_and_shortlist_where_labels_are_many() {
    bounded(300, async {
        let server = ModelServer::start(|_| ModelAnswer::error(400)).await;
        let harness = with(&server, |config| config.fallback = true).await;
        let answer = post(&harness, CLASSIFY, showing("image", STANDARD.encode(ESPRESSO))).await.expect(200);
        let answer = answer.json();
        assert_eq!(
            (&answer["label"], &answer["confidence_method"]),
            (&json!("coffee"), &json!("similarity"))
        );
        let tokens = answer["tokens"].as_i64().expect("tokens");
        assert_eq!(harness.balance("default").await.spent, Credits::from_micro(tokens * 200));

        let server = ModelServer::start(prefers("coffee")).await;
        let harness = with(&server, |_| {}).await;
        let mut labels: Vec<Value> =
            (0..60).map(|number| json!(format!("species of beetle, number {number}"))).collect();
        labels.insert(41, json!("coffee"));
        let body = json!({"image": STANDARD.encode(ESPRESSO), "labels": labels});
        assert_eq!(post(&harness, CLASSIFY, body).await.expect(200).json()["label"], "coffee");
        assert!(
            server.asked().iter().all(|asked| asked.options().len() == 20 && asked.pictures().len() == 1)
        );
    })
    .await;
}
