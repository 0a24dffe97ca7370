use harness::Harness;
use serde_json::json;

use super::webhook_create::{PATH, make};
use crate::subject::bounded;

#[tokio::test]
async fn the_list_has_all_webhooks_of_the_account_oldest_first_and_no_secret() {
    bounded(60, async {
        let harness = Harness::start().await;
        let mut ids = Vec::new();
        for _ in 0..4 {
            ids.push(make(&harness, &["task.done"]).await);
            harness.clock.advance_ms(1_000);
        }
        let answer = harness.call("GET", PATH).send().await.expect(200);
        assert!(!answer.text().contains("whsec_") && !answer.text().contains("local1:"), "{}", answer.text());
        let list = answer.json();
        let listed: Vec<&str> = list["data"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|webhook| webhook["id"].as_str().expect("an id"))
            .collect();
        assert_eq!(listed, ids);
        assert_eq!(list["next_cursor"], json!(null));
    })
    .await;
}
