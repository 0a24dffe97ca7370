use harness::Harness;
use serde_json::json;

use super::request_create::receipts;
use crate::subject::bounded;

#[tokio::test]
async fn the_models_of_the_account_are_listed_by_page_newest_first() {
    bounded(60, async {
        let harness = Harness::start().await;
        for number in 0..12 {
            receipts(&harness, &harness.key, &format!("model-{number}")).await;
            harness.clock.advance_ms(5);
        }
        let other = harness.account("other", 0).await;
        receipts(&harness, &other, "theirs").await;
        let list = async |query: &str| {
            harness.call("GET", &format!("/requests/models{query}")).send().await.expect(200).json()
        };
        let first = list("").await;
        assert_eq!((&first["total"], &first["pages"], &first["size"]), (&json!(12), &json!(2), &json!(10)));
        let names = |page: &serde_json::Value| -> Vec<String> {
            let items = page["items"].as_array().expect("items").iter();
            items.map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
        };
        let expected: Vec<String> = (2..12).rev().map(|number| format!("model-{number}")).collect();
        assert_eq!(names(&first), expected);
        assert_eq!(first["items"][0]["prompt"], "Read the receipt");
        assert_eq!(names(&list("?page=2").await), ["model-1", "model-0"]);
        assert_eq!(names(&list("?page=3").await), Vec::<String>::new());
    })
    .await;
}
