use contract::ErrorKind;
use harness::Harness;
use serde_json::json;

use super::assert_images_kind;
use super::storage_create::{PATH, web};
use crate::subject::bounded;

#[tokio::test]
async fn a_change_must_change_something_and_never_the_type() {
    bounded(60, async {
        let harness = Harness::start().await;
        let made = harness.call("POST", PATH).json(web("shop")).send().await.expect(200).json();
        let path = format!("{PATH}/{}", made["data"]["id"]);
        for (body, field) in [
            (json!({}), ""),
            (json!({"type": "s3"}), "type"),
            (json!({"name": "a b"}), "name"),
            (json!({"parameters": {"role_arn": "arn:aws:iam::123456789012:role/x", "credentials": {"access_key": "a", "secret_access_key": "b"}}}), "parameters.role_arn"),
            (json!({"parameters": {"bucket": "abc"}}), "parameters.bucket"),
            (json!({"parameters": {"base_url": "ftp://example.com"}}), "parameters.base_url"),
        ] {
            let answer = harness.call("PATCH", &path).json(body.clone()).send().await;
            assert_images_kind(&answer, ErrorKind::Validation);
            assert!(answer.json()["error_details"].get(field).is_some(), "{body}: {}", answer.text());
        }
        let changed = json!({"parameters": {"base_url": "https://example.org"}});
        let changed = harness.call("PATCH", &path).json(changed).send().await.expect(200).json();
        assert_eq!(changed["data"]["parameters"], json!({"base_url": "https://example.org"}));
        let shown = harness.call("GET", &path).send().await.expect(200).json();
        assert_eq!(shown, changed);
    })
    .await;
}

#[tokio::test]
async fn of_changes_at_the_same_time_each_is_made_whole_or_refused() {
    bounded(60, async {
        let harness = Harness::start().await;
        let made = harness.call("POST", PATH).json(web("shop")).send().await.expect(200).json();
        let path = format!("{PATH}/{}", made["data"]["id"]);
        let rename =
            |number: u32| harness.call("PATCH", &path).json(json!({"name": format!("shop-{number}")})).send();
        let answers = futures::future::join_all((0..6).map(rename)).await;
        assert!(answers.iter().any(|answer| answer.status == 200));
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            assert_images_kind(answer, ErrorKind::StorageChanged);
        }
        // One name is left, and every other is free.
        let name = harness.call("GET", &path).send().await.expect(200).json()["data"]["name"].clone();
        for number in 0..6 {
            let other = format!("shop-{number}");
            let status = if name == other.as_str() { 409 } else { 200 };
            harness.call("POST", PATH).json(web(&other)).send().await.expect(status);
        }
        harness.call("POST", PATH).json(web("shop")).send().await.expect(200);
    })
    .await;
}
