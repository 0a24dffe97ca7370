use harness::Harness;
use serde_json::json;

use super::webhook_create::{PATH, hook};
use crate::subject::bounded;

#[tokio::test]
async fn a_webhook_is_shown_as_it_was_made_without_its_secret() {
    bounded(60, async {
        let harness = Harness::start().await;
        let mut made = harness.call("POST", PATH).json(hook(&["task.error"])).send().await.expect(201).json();
        let path = format!("{PATH}/{}", made["id"].as_str().expect("an id"));
        made.as_object_mut().expect("an object").remove("secret");
        let shown = harness.call("GET", &path).send().await.expect(200).json();
        assert_eq!(shown, made);
        assert_eq!(shown["status"], json!("enabled"));
    })
    .await;
}
