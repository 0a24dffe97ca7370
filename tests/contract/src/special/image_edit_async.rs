use contract::Credits;
use harness::Harness;
use serde_json::json;

use super::{ASYNC, add_picture, books, credits, edit};
use crate::subject::bounded;

#[tokio::test]
async fn an_accepted_task_echoes_its_request_and_names_where_to_look() {
    bounded(60, async {
        let harness = Harness::with(|options| options.workers = false).await;
        let input = add_picture(&harness, 16, 16);
        for prefix in ["/v1-beta1", "/v1"] {
            let path = format!("{prefix}/image/edit/async");
            // As sent, null and all.
            let request = json!({"input": input, "operations": {"padding": null, "resizing": {"width": "50%"}}, "output": null});
            let answer = harness.call("POST", &path).json(request.clone()).send().await.expect(200).json();
            let data = &answer["data"];
            let id = data["id"].as_u64().expect("an integer");
            assert!((1..1 << 53).contains(&id), "{id}");
            assert_eq!(data["status"], "ACCEPTED");
            assert_eq!(data["request"], request);
            assert_eq!(data["result_url"], harness.url(&format!("{path}/{id}")));
            let created_at = data["created_at"].as_str().expect("a time");
            let form = created_at.len() == 32 && created_at.ends_with("+00:00") && created_at.contains('.');
            assert!(form && contract::clock::parse_rfc3339(created_at).is_some(), "{created_at}");
            let url = data["result_url"].as_str().expect("a URL");
            let seen = harness.call_url("GET", url).key(&harness.key).send().await.expect(200).json();
            assert_eq!(seen["data"]["id"], data["id"]);
        }
        assert_eq!(books(&harness, "default").await, credits(9_998, 2, 0));
    })
    .await;
}

#[tokio::test]
async fn ids_cannot_be_guessed_from_each_other() {
    bounded(60, async {
        let harness = Harness::with(|options| options.workers = false).await;
        let input = add_picture(&harness, 16, 16);
        let mut ids = Vec::new();
        for _ in 0..6 {
            let answer = harness.call("POST", ASYNC).json(edit(&input)).send().await.expect(200);
            ids.push(answer.json()["data"]["id"].as_i64().expect("an integer"));
        }
        let steps: Vec<i64> = ids.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(steps.iter().all(|step| step.abs() > 1_000_000), "{ids:?}");
        let ascending = steps.iter().all(|step| *step > 0);
        assert!(!ascending || steps.iter().any(|step| *step > 1 << 40), "{ids:?}");
    })
    .await;
}

#[tokio::test]
async fn a_task_goes_through_queue_and_worker_to_its_result_and_is_charged_at_its_end() {
    bounded(60, async {
        let harness = Harness::start().await;
        let input = add_picture(&harness, 40, 20);
        let body =
            json!({"input": input, "operations": {"resizing": {"width": 20}}, "output": {"format": "png"}});
        let answer = harness.call("POST", ASYNC).json(body).send().await.expect(200).json();
        let task = harness.wait_task(&harness.key, answer["data"]["id"].as_u64().expect("an id")).await;
        assert_eq!((&task["status"], &task["errors"]), (&json!("DONE"), &json!([])));
        let (source, output) = (&task["result"]["input_object"], &task["result"]["output_object"]);
        assert_eq!((&source["width"], &source["height"]), (&json!(40), &json!(20)));
        assert_eq!(
            (&output["width"], &output["height"], &output["ext"]),
            (&json!(20), &json!(10), &json!("png"))
        );
        let url = output["tmp_url"].as_str().expect("a link");
        let file = harness.call_url("GET", url).send().await.expect(200);
        assert_eq!(imaging::probe(&file.body).expect("a picture").width, 20);
        assert_eq!(books(&harness, "default").await, credits(9_999, 0, 1));
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test]
async fn a_task_whose_input_cannot_be_had_ends_in_error_and_its_hold_is_released() {
    bounded(60, async {
        let harness = Harness::start().await;
        let page = harness.files().add("page.html", "text/html", "<p>secret words</p>");
        for input in [harness.files().url("missing.jpg"), page, "http://10.0.0.1/a.jpg".to_owned()] {
            let answer = harness.call("POST", ASYNC).json(edit(&input)).send().await.expect(200).json();
            let id = answer["data"]["id"].as_u64().expect("an id");
            let task = harness.wait_task(&harness.key, id).await;
            assert_eq!((&task["status"], &task["result"]), (&json!("ERROR"), &json!({})), "{input}: {task}");
            let errors = task["errors"].as_array().expect("a list");
            assert_eq!(errors.len(), 1);
            let sentence = errors[0]["error"].as_str().expect("a sentence");
            assert!(!sentence.is_empty() && !sentence.contains("secret words"), "{sentence}");
            assert!(errors[0]["created_at"].is_string());
            assert_eq!(errors[0].get("input_object"), Some(&json!(null)));
        }
        let (available, held, spent) = books(&harness, "default").await;
        assert_eq!((available, held, spent), (Credits::whole(10_000), Credits::ZERO, Credits::ZERO));
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test]
async fn a_request_too_large_to_be_kept_is_refused_and_free() {
    bounded(60, async {
        let harness = Harness::start().await;
        let nulls = (0..45_000).map(|index| format!(",\"k{index:06}\":null")).collect::<String>();
        let body = format!("{{\"input\":\"https://example.com/a.jpg\",\"operations\":{{}}{nulls}}}");
        let call = harness.call("POST", ASYNC).body("application/json", body.into_bytes());
        call.send().await.expect(413);
        let sheet = harness.balance("default").await;
        assert_eq!((sheet.held, sheet.spent), (Credits::ZERO, Credits::ZERO));
    })
    .await;
}
