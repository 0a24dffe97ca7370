//! Data and text out of documents.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use contract::Credits;
use harness::Harness;
use serde_json::json;

use super::classify_documents::make::pdf::invoice;
use crate::subject::bounded;

const PATH: &str = "/api/v1/extract-document";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_is_read_page_by_page_and_each_page_is_charged() {
    bounded(120, async {
        let harness = Harness::start().await;
        let before = harness.balance("default").await.spent;
        let body = json!({
            "inputMethod": "base64", "files": [STANDARD.encode(invoice()), "bm90aGluZw=="], "fileExtension": "pdf",
            "prompt": "Give me the full text",
        });
        let answer = harness.call("POST", PATH).json(body).send().await.expect(200).json();
        let text = answer["results"].as_str().expect("a text");
        assert!(text.to_lowercase().contains("invoice"), "{text}");
        let pages = answer["pages"].as_u64().expect("pages");
        assert_eq!((&answer["fileCount"], &answer["creditUsage"]), (&json!(2), &json!(10 + pages)), "{answer}");
        assert!(answer["files"][0]["error"].is_null() && answer["files"][1]["error"].is_string(), "{answer}");
        let spent = harness.balance("default").await.spent - before;
        assert_eq!(spent, Credits::whole(i64::try_from(10 + pages).expect("few")));
        harness.assert_books().await;
    })
    .await;
}
