//! The row that every call with a key leaves, under the id that its answer names.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use harness::Harness;
use serde_json::json;

use crate::special::make_key;
use crate::subject::bounded;

type Row = HashMap<String, AttributeValue>;

async fn row(harness: &Harness, request_id: &str) -> Row {
    let query = harness.store().dynamodb.query().table_name("logs").key_condition_expression("pk = :pk");
    let query = query.expression_attribute_values(":pk", AttributeValue::S("LOG#default".into()));
    let rows = query.send().await.expect("the rows").items.unwrap_or_default();
    let row = rows.into_iter().find(|row| text(row, "request_id") == request_id);
    row.unwrap_or_else(|| panic!("no row of {request_id}"))
}

fn text<'a>(row: &'a Row, name: &str) -> &'a str {
    row.get(name).and_then(|value| value.as_s().ok()).map(String::as_str).unwrap_or_default()
}

fn number<'a>(row: &'a Row, name: &str) -> &'a str {
    row.get(name).and_then(|value| value.as_n().ok()).map(String::as_str).unwrap_or_default()
}

#[tokio::test]
async fn calls_that_succeed_and_calls_that_are_refused_leave_a_row_under_their_request_id() {
    bounded(60, async {
        let harness = Harness::start().await;
        let edited = crate::special::spend_one(&harness, &harness.key).await.expect(200);
        let seen = row(&harness, edited.header("x-request-id")).await;
        let facts = ["method", "path", "route"].map(|name| text(&seen, name));
        assert_eq!(facts, ["POST", "/v1-beta1/image/edit", "image-edit"]);
        assert_eq!((number(&seen, "status"), number(&seen, "credits")), ("200", "1000000"));
        assert!(text(&seen, "key_id").starts_with("key_") && text(&seen, "error_code").is_empty());

        let refused = harness.call("POST", "/v1/keys").json(json!({})).send().await.expect(422);
        let seen = row(&harness, refused.header("x-request-id")).await;
        assert_eq!((number(&seen, "status"), text(&seen, "error_code")), ("422", "VALIDATION_ERROR"));
        assert_eq!(number(&seen, "credits"), "0");
    })
    .await;
}

#[tokio::test]
async fn a_body_is_kept_only_where_the_key_asks_for_it_and_cut_at_2_kb() {
    bounded(60, async {
        let harness = Harness::start().await;
        let logged = make_key(&harness, json!({"name": "logged", "log_bodies": true})).await;
        let body = json!({"name": "x".repeat(100), "expires_at": "y".repeat(4000)});
        for (key, kept) in [(logged["key"].as_str().expect("a secret"), 2048), (harness.key.as_str(), 0)] {
            let answer =
                harness.call("POST", "/v1/keys").key(key).json(body.clone()).send().await.expect(422);
            let seen = row(&harness, answer.header("x-request-id")).await;
            assert_eq!(text(&seen, "body").len(), kept);
        }
    })
    .await;
}
