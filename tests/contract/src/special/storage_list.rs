use harness::Harness;
use serde_json::json;

use super::storage_create::{PATH, web};
use crate::subject::bounded;

#[tokio::test]
async fn storages_are_listed_by_name_without_credentials() {
    bounded(60, async {
        let harness = Harness::start().await;
        let keys = json!({"access_key": "visible", "secret_access_key": "hidden"});
        let body = json!({"name": "b", "type": "gcs", "parameters": {"bucket": "abc", "credentials": keys}});
        harness.call("POST", PATH).json(body).send().await.expect(200);
        harness.call("POST", PATH).json(web("c")).send().await.expect(200);
        harness.call("POST", PATH).json(web("a")).send().await.expect(200);
        let listed = harness.call("GET", PATH).send().await.expect(200);
        let names: Vec<_> =
            listed.json()["data"].as_array().expect("a list").iter().map(|one| one["name"].clone()).collect();
        assert_eq!(names, ["a", "b", "c"]);
        assert!(!listed.text().contains("visible") && !listed.text().contains("hidden"), "{}", listed.text());
        assert_eq!(listed.json()["data"][1]["parameters"], json!({"bucket": "abc"}));
    })
    .await;
}
