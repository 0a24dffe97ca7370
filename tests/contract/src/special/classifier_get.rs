use contract::ErrorKind;
use harness::Harness;
use serde_json::json;

use super::assert_kind;
use super::classifier_create::{save, tickets};
use crate::subject::bounded;

#[tokio::test]
async fn a_name_shows_its_latest_version_and_a_pinned_name_that_one() {
    bounded(60, async {
        let harness = Harness::start().await;
        for labels in [json!(["a", "b"]), json!(["c", "d"])] {
            let mut body = tickets();
            body["labels"] = labels;
            save(&harness, body).await.expect(201);
        }
        for (name, version, labels) in [
            ("tickets", 2, json!(["c", "d"])),
            ("tickets@v1", 1, json!(["a", "b"])),
            ("tickets@v2", 2, json!(["c", "d"])),
        ] {
            let seen =
                harness.call("GET", &format!("/v1/classifiers/{name}")).send().await.expect(200).json();
            assert_eq!((&seen["version"], &seen["labels"]), (&json!(version), &labels), "{name}");
            assert_eq!((&seen["name"], &seen["versions"]), (&json!("tickets"), &json!([2, 1])));
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_not_there_and_what_can_be_no_name_is_404() {
    bounded(60, async {
        let harness = Harness::start().await;
        save(&harness, tickets()).await.expect(201);
        let long = "x".repeat(3000);
        for name in [
            "other",
            "tickets@v2",
            "tickets@v0",
            "tickets@v",
            "tickets@1",
            "TICKETS",
            "tickets%20",
            "@v1",
            &long,
        ] {
            let missing = harness.call("GET", &format!("/v1/classifiers/{name}")).send().await;
            assert_kind(&missing, ErrorKind::ClassifierNotFound);
        }
    })
    .await;
}
