use std::time::Duration;

use contract::Credits;
use harness::Harness;
use serde_json::json;

use super::books;
use super::request_create::{PATH, post, receipts};
use crate::subject::bounded;

#[tokio::test]
async fn a_pending_request_has_no_data_and_another_key_header_will_do() {
    bounded(60, async {
        let harness = Harness::with(|options| options.workers = false).await;
        receipts(&harness, &harness.key, "receipts").await;
        let made =
            post(&harness, json!({"model_id": "receipts", "image": "aGVsbG8="})).await.expect(201).json();
        let path = format!("{PATH}/{}", made["id"].as_str().expect("an id"));
        let call = harness.call("GET", &path).no_key().header("x-api-key", &harness.key);
        let item = call.body("application/json", "{}").send().await.expect(200).json();
        let expected = json!({
            "id": made["id"], "model_id": "receipts", "status": "pending", "data": null, "payload": null,
            "image": null, "created_at": made["created_at"], "error": null,
        });
        assert_eq!(item, expected);
        let answer = harness.call("GET", &path).no_key().send().await.expect(401).json();
        assert_eq!(answer, json!({"detail": "Not authenticated"}));
        for id in ["7", "models%2Freceipts", "00000000-0000-0000-0000-000000000000"] {
            let answer = harness.call("GET", &format!("{PATH}/{id}")).send().await.expect(404).json();
            assert_eq!(answer, json!({"detail": "Resource is not found"}), "{id}");
        }
    })
    .await;
}

/// The head of a PNG of 30,000 by 30,000.
const HUGE: &str = "iVBORw0KGgoAAAANSUhEUgAAdTAAAHUwCAIAAADpRW/tAAAADElEQVR4nGNgoD0AAABkAAGGZDw1";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_of_too_many_pixels_fails_with_the_reason_and_is_free() {
    bounded(60, async {
        let harness = Harness::start().await;
        receipts(&harness, &harness.key, "receipts").await;
        let made = post(&harness, json!({"model_id": "receipts", "image": HUGE})).await.expect(201).json();
        let path = format!("{PATH}/{}", made["id"].as_str().expect("an id"));
        let look = async || harness.call("GET", &path).send().await.expect(200).json();
        while look().await["status"] != "failed" {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let error = look().await["error"].as_str().expect("a sentence").to_owned();
        assert!(error.contains("900000000 pixels"), "{error}");
        assert_eq!(books(&harness, "default").await.2, Credits::ZERO);
    })
    .await;
}
