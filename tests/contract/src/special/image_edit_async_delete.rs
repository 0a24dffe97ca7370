use std::time::Duration;

use contract::platform::money::EntryKind;
use harness::{FileAnswer, Harness, picture};
use serde_json::json;

use super::{ASYNC, books, credits, edit, only_fault, start_task};
use crate::subject::bounded;

#[tokio::test]
async fn a_cancelled_task_gives_its_hold_back_once() {
    bounded(60, async {
        let harness = Harness::with(|options| options.workers = false).await;
        let id = start_task(&harness, &harness.key).await;
        assert_eq!(books(&harness, "default").await, credits(9_999, 1, 0));
        let path = format!("{ASYNC}/{id}");
        let answer = harness.call("DELETE", &path).send().await.expect(200).json();
        assert_eq!((&answer["data"]["status"], &answer["data"]["id"]), (&json!("CANCELLED"), &json!(id)));
        assert_eq!(answer["data"]["result_url"], harness.url(&path));
        assert_eq!(books(&harness, "default").await, credits(10_000, 0, 0));

        let again = harness.call("DELETE", &path).send().await.expect(409).json();
        assert_eq!(again["error_code"], "6001");
        assert_eq!(books(&harness, "default").await, credits(10_000, 0, 0));
        let seen = harness.call("GET", &path).send().await.expect(200).json();
        assert_eq!((&seen["data"]["status"], &seen["data"]["result"]), (&json!("CANCELLED"), &json!({})));
        let (rows, _) = harness.store().ledger().list("default", 10, None).await.expect("rows");
        let releases = rows.iter().filter(|row| row.kind == EntryKind::Release).count();
        assert_eq!(releases, 1);
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test]
async fn a_task_that_has_ended_is_409_and_keeps_its_result() {
    bounded(60, async {
        let harness = Harness::start().await;
        let id = start_task(&harness, &harness.key).await;
        let task = harness.wait_task(&harness.key, id).await;
        harness.call("DELETE", &format!("{ASYNC}/{id}")).send().await.expect(409);
        let url = task["result"]["output_object"]["tmp_url"].as_str().expect("a link");
        harness.call_url("GET", url).send().await.expect(200);
        assert_eq!(books(&harness, "default").await, credits(9_999, 0, 1));
    })
    .await;
}

#[tokio::test]
async fn a_task_cancelled_while_it_is_worked_is_free_and_leaves_no_file() {
    bounded(60, async {
        let harness = Harness::start().await;
        let slow = FileAnswer::new("image/jpeg", picture(16, 16)).after(Duration::from_millis(1000));
        let input = harness.files().handle("slow.jpg", move |_| slow.clone());
        let answer = harness.call("POST", ASYNC).json(edit(&input)).send().await.expect(200).json();
        let id = answer["data"]["id"].as_u64().expect("an id");
        let path = format!("{ASYNC}/{id}");
        while harness.files().requests("slow.jpg") == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let seen = harness.call("GET", &path).send().await.expect(200).json();
        assert_eq!(seen["data"]["status"], "PROCESSING");
        harness.call("DELETE", &path).send().await.expect(200);
        assert_eq!(books(&harness, "default").await, credits(10_000, 0, 0));

        // The worker is still fetching. It stores its result, loses, and takes it away again.
        tokio::time::sleep(Duration::from_millis(1500)).await;
        let bucket = &harness.store().names.bucket_results;
        for _ in 0..100 {
            let listed = harness.store().s3.list_objects_v2().bucket(bucket).prefix("tmp/").send().await;
            if listed.expect("a listing").key_count() == Some(0) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let listed = harness.store().s3.list_objects_v2().bucket(bucket).prefix("tmp/").send().await;
        assert_eq!(listed.expect("a listing").key_count(), Some(0), "the loser left its result");
        let seen = harness.call("GET", &path).send().await.expect(200).json();
        assert_eq!(seen["data"]["status"], "CANCELLED");
        assert_eq!(books(&harness, "default").await, credits(10_000, 0, 0));
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test]
async fn an_unknown_id_is_404_and_one_that_is_no_integer_422() {
    bounded(60, async {
        let harness = Harness::start().await;
        let answer = harness.call("DELETE", &format!("{ASYNC}/7")).send().await.expect(404);
        assert_eq!(answer.json()["error_message"], "Batch image edit pipeline not found.");
        let answer = harness.call("DELETE", &format!("{ASYNC}/seven")).send().await.expect(422);
        assert_eq!(only_fault(&answer), ("id".to_owned(), "value is not a valid integer".to_owned()));
    })
    .await;
}
