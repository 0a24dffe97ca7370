use std::time::{Duration, Instant};

use harness::Harness;
use serde_json::json;

use super::image_edit_batch::{BATCH, start_batch};
use super::only_fault;
use crate::subject::bounded;

#[tokio::test]
async fn an_unknown_batch_is_404_and_an_id_that_is_no_integer_422() {
    bounded(60, async {
        let harness = Harness::start().await;
        for id in ["1", "9007199254740993"] {
            let answer = harness.call("GET", &format!("{BATCH}/{id}")).send().await.expect(404).json();
            assert_eq!(answer["error_code"], "5001");
            assert_eq!(answer["error_message"], "Batch image edit pipeline not found.");
        }
        for id in ["abc", "1.5", "%20"] {
            let answer = harness.call("GET", &format!("{BATCH}/{id}")).send().await.expect(422);
            assert_eq!(only_fault(&answer), ("id".to_owned(), "value is not a valid integer".to_owned()));
        }
    })
    .await;
}

#[tokio::test]
async fn before_it_is_worked_on_a_batch_has_no_results_and_its_progress_says_how_many_there_will_be() {
    bounded(60, async {
        let harness = Harness::with(|options| options.workers = false).await;
        let id = start_batch(&harness, 3).await;
        let seen = harness.call("GET", &format!("{BATCH}/{id}")).send().await.expect(200).json();
        let data = &seen["data"];
        assert_eq!((&data["errors"], &data["results"]), (&json!([]), &json!([])));
        assert_eq!(data["progress"], json!({"total": 3, "done": 0, "failed": 0}));
        assert!(data.get("results_url").is_none());
    })
    .await;
}

#[tokio::test]
async fn wait_holds_the_answer_until_the_batch_ends() {
    bounded(60, async {
        let harness = Harness::start().await;
        let id = start_batch(&harness, 20).await;
        let begun = Instant::now();
        let seen = harness.call("GET", &format!("{BATCH}/{id}?wait=20")).send().await.expect(200).json();
        assert_eq!(seen["data"]["status"], "DONE");
        assert_eq!(seen["data"]["results"].as_array().map(Vec::len), Some(20));
        assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
        harness.assert_books().await;
    })
    .await;
}
