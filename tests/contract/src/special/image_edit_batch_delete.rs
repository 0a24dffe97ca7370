use harness::Harness;
use serde_json::json;

use super::image_edit_batch::{BATCH, start_batch};
use super::{books, credits};
use crate::subject::bounded;

#[tokio::test]
async fn a_batch_that_nobody_works_on_is_cancelled_free_of_charge_and_once() {
    bounded(60, async {
        let harness = Harness::with(|options| options.workers = false).await;
        let id = start_batch(&harness, 3).await;
        let path = format!("{BATCH}/{id}");
        let answer = harness.call("DELETE", &path).send().await.expect(200).json();
        assert_eq!((&answer["data"]["status"], &answer["data"]["id"]), (&json!("CANCELLED"), &json!(id)));
        assert_eq!(answer["data"]["result_url"], harness.url(&path));
        let seen = harness.call("GET", &path).send().await.expect(200).json();
        assert_eq!(seen["data"]["status"], "CANCELLED");
        assert_eq!(books(&harness, "default").await, credits(10_000, 0, 0));
    })
    .await;
}

#[tokio::test]
async fn a_batch_that_has_ended_is_409_and_keeps_its_results() {
    bounded(60, async {
        let harness = Harness::start().await;
        let id = start_batch(&harness, 2).await;
        let path = format!("{BATCH}/{id}");
        harness.call("GET", &format!("{path}?wait=20")).send().await.expect(200);
        let answer = harness.call("DELETE", &path).send().await.expect(409).json();
        assert_eq!(answer["error_code"], "6001");
        let seen = harness.call("GET", &path).send().await.expect(200).json();
        assert_eq!(seen["data"]["results"].as_array().map(Vec::len), Some(2));
        assert_eq!(books(&harness, "default").await, credits(9_998, 0, 2));
    })
    .await;
}

#[tokio::test]
async fn an_unknown_batch_is_404() {
    bounded(60, async {
        let harness = Harness::start().await;
        harness.call("DELETE", &format!("{BATCH}/7")).send().await.expect(404);
    })
    .await;
}
