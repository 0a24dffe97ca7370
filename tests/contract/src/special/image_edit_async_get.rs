use std::time::{Duration, Instant};

use harness::Harness;
use serde_json::json;

use super::{ASYNC, only_fault, start_task};
use crate::subject::bounded;

#[tokio::test]
async fn an_unknown_id_is_404_and_one_that_is_no_integer_422() {
    bounded(60, async {
        let harness = Harness::start().await;
        for id in ["1", "4503599627370496", "9007199254740993", "18446744073709551615"] {
            let answer = harness.call("GET", &format!("{ASYNC}/{id}")).send().await.expect(404);
            assert_eq!(answer.json()["error_message"], "Batch image edit pipeline not found.");
            assert_eq!(answer.json()["error_code"], "5001");
        }
        for id in ["abc", "1.5", "1e3", "99999999999999999999999", "%20", "1%2F2"] {
            let answer = harness.call("GET", &format!("{ASYNC}/{id}")).send().await.expect(422);
            assert_eq!(
                only_fault(&answer),
                ("id".to_owned(), "value is not a valid integer".to_owned()),
                "{id}"
            );
        }
        harness.call("GET", &format!("{ASYNC}/-1")).send().await.expect(422);
    })
    .await;
}

#[tokio::test]
async fn a_task_without_an_end_has_no_errors_and_an_empty_result() {
    bounded(60, async {
        let harness = Harness::with(|options| options.workers = false).await;
        let id = start_task(&harness, &harness.key).await;
        let answer = harness.call("GET", &format!("{ASYNC}/{id}")).send().await.expect(200).json();
        let data = &answer["data"];
        assert_eq!(
            (&data["status"], &data["errors"], &data["result"]),
            (&json!("ACCEPTED"), &json!([]), &json!({}))
        );
        assert_eq!(data["id"], id);
        assert!(data["request"]["input"].is_string());
    })
    .await;
}

#[tokio::test]
async fn wait_holds_the_answer_until_the_task_ends_and_not_longer() {
    bounded(60, async {
        let harness = Harness::start().await;
        let id = start_task(&harness, &harness.key).await;
        let begun = Instant::now();
        let answer = harness.call("GET", &format!("{ASYNC}/{id}?wait=20")).send().await.expect(200).json();
        assert_eq!(answer["data"]["status"], "DONE");
        assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    })
    .await;
}

#[tokio::test]
async fn wait_ends_with_its_seconds_where_the_task_does_not() {
    bounded(60, async {
        let harness = Harness::with(|options| options.workers = false).await;
        let id = start_task(&harness, &harness.key).await;
        let begun = Instant::now();
        let answer = harness.call("GET", &format!("{ASYNC}/{id}?wait=1")).send().await.expect(200).json();
        assert_eq!(answer["data"]["status"], "ACCEPTED");
        let waited = begun.elapsed();
        assert!(waited >= Duration::from_secs(1) && waited < Duration::from_secs(5), "{waited:?}");
        let begun = Instant::now();
        harness.call("GET", &format!("{ASYNC}/{id}?wait=0")).send().await.expect(200);
        assert!(begun.elapsed() < Duration::from_millis(900), "{:?}", begun.elapsed());
    })
    .await;
}

#[tokio::test]
async fn wait_is_ended_by_a_cancellation() {
    bounded(60, async {
        let harness = Harness::with(|options| options.workers = false).await;
        let id = start_task(&harness, &harness.key).await;
        let waiting = harness.call("GET", &format!("{ASYNC}/{id}?wait=20")).send();
        let cancel = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            harness.call("DELETE", &format!("{ASYNC}/{id}")).send().await.expect(200);
        };
        let begun = Instant::now();
        let (answer, ()) = tokio::join!(waiting, cancel);
        assert_eq!(answer.expect(200).json()["data"]["status"], "CANCELLED");
        assert!(begun.elapsed() < Duration::from_secs(10));
    })
    .await;
}

#[tokio::test]
async fn wait_is_0_to_20_seconds() {
    bounded(60, async {
        let harness = Harness::start().await;
        let id = start_task(&harness, &harness.key).await;
        for wait in ["21", "-1", "soon", "1.5", ""] {
            let answer = harness.call("GET", &format!("{ASYNC}/{id}?wait={wait}")).send().await.expect(422);
            assert_eq!(only_fault(&answer).0, "wait", "{wait}");
        }
    })
    .await;
}
