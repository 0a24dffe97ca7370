use harness::Harness;
use serde_json::{Value, json};

use super::{add_picture, books, credits};
use crate::subject::bounded;

pub const BATCH: &str = "/v1-beta1/image/edit/batch";

/// A batch of so many small pictures.
pub async fn start_batch(harness: &Harness, pictures: u32) -> u64 {
    let inputs: Vec<String> = (0..pictures).map(|n| add_picture(harness, 16 + n, 16)).collect();
    let body = json!({"input": inputs, "operations": {}});
    let answer = harness.call("POST", BATCH).json(body).send().await.expect(200);
    answer.json()["data"]["id"].as_u64().expect("an id")
}

#[tokio::test]
async fn an_accepted_batch_is_echoed_as_it_was_sent_and_holds_nothing_before_it_is_worked_on() {
    bounded(60, async {
        let harness = Harness::with(|options| options.workers = false).await;
        let input = add_picture(&harness, 16, 16);
        let body = json!({"input": [input, input], "operations": {"padding": null}, "output": null});
        let answer = harness.call("POST", BATCH).json(body.clone()).send().await.expect(200).json();
        let task = &answer["data"];
        let path = format!("{BATCH}/{}", task["id"]);
        assert_eq!((&task["status"], &task["request"]), (&json!("ACCEPTED"), &body));
        assert_eq!(task["result_url"], harness.url(&path));
        assert_eq!(books(&harness, "default").await, credits(10_000, 0, 0));
        let seen = harness.call("GET", &path).send().await.expect(200).json();
        assert_eq!(seen["data"]["request"], body);
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test]
async fn a_thousand_long_addresses_fit_into_a_batch_and_more_than_eight_megabytes_do_not() {
    bounded(60, async {
        let harness = Harness::with(|options| options.workers = false).await;
        let uri = format!("https://example.com/{}", "a".repeat(4_000));
        let body = json!({"input": vec![uri; 1_000], "operations": {}});
        let answer = harness.call("POST", BATCH).json(body.clone()).send().await.expect(200).json();
        assert_eq!(answer["data"]["request"], body);
        let seen = harness.call("GET", &format!("{BATCH}/{}", answer["data"]["id"])).send().await.expect(200);
        assert_eq!(seen.json()["data"]["request"], body);
        let mut long = body;
        long["operations"]["padding"] = Value::String("1".repeat(4_500_000));
        let answer = harness.call("POST", BATCH).json(long).send().await.expect(413).json();
        assert_eq!(answer["error_code"], "7001");
    })
    .await;
}

#[tokio::test]
async fn an_upload_is_edited_as_it_was_when_the_batch_was_accepted() {
    bounded(60, async {
        let harness = Harness::start().await;
        let upload = super::upload_create::uploaded(&harness, &harness::picture(20, 10)).await;
        let body = json!({"input": [upload["uri"]], "operations": {}});
        let answer = harness.call("POST", BATCH).json(body).send().await.expect(200).json();
        let path = format!("{BATCH}/{}?wait=20", answer["data"]["id"]);
        let seen = harness.call("GET", &path).send().await.expect(200).json();
        assert_eq!(seen["data"]["results"][0]["input_object"]["width"], 20, "{seen}");
        assert_eq!(books(&harness, "default").await, credits(9_999, 0, 1));
    })
    .await;
}
