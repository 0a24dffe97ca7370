use contract::ErrorKind;
use harness::Harness;
use serde_json::{Value, json};

use super::classifier_create::save;
use super::{assert_kind, faulty_fields};
use crate::subject::bounded;

async fn page(harness: &Harness, query: &str) -> Value {
    harness.call("GET", &format!("/v1/classifiers{query}")).send().await.expect(200).json()
}

fn names(page: &Value) -> Vec<&str> {
    page["data"].as_array().expect("a list").iter().filter_map(|one| one["name"].as_str()).collect()
}

#[tokio::test]
async fn each_name_stands_once_in_its_latest_version_and_pages_join_to_the_whole() {
    bounded(60, async {
        let harness = Harness::start().await;
        for name in ["b", "a", "d", "c", "b"] {
            save(&harness, json!({"name": name, "labels": ["x", "y"]})).await.expect(201);
        }
        harness.call("DELETE", "/v1/classifiers/c").send().await.expect(200);
        let all = page(&harness, "").await;
        assert_eq!(names(&all), ["a", "b", "d"]);
        assert_eq!((&all["data"][1]["version"], &all["next_cursor"]), (&json!(2), &Value::Null));

        let (mut seen, mut cursor) = (Vec::new(), String::new());
        for _ in 0..6 {
            let page = page(&harness, &format!("?limit=1{cursor}")).await;
            seen.extend(names(&page).into_iter().map(str::to_owned));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen, ["a", "b", "d"]);
    })
    .await;
}

#[tokio::test]
async fn a_cursor_that_is_none_is_refused() {
    bounded(60, async {
        let harness = Harness::start().await;
        for cursor in ["No", "a@v1", "x%23y"] {
            let refused = harness.call("GET", &format!("/v1/classifiers?cursor={cursor}")).send().await;
            assert_kind(&refused, ErrorKind::Validation);
            assert_eq!(faulty_fields(&refused), ["cursor"]);
        }
    })
    .await;
}
