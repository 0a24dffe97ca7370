use harness::Harness;
use serde_json::json;

use super::storage_create::{PATH, web};
use crate::subject::bounded;

#[tokio::test]
async fn a_role_needs_aws_and_a_server_that_is_not_there_is_said_to_be_unreachable() {
    bounded(60, async {
        let harness = Harness::start().await;
        let role = json!({"bucket": "abc", "role_arn": "arn:aws:iam::123456789012:role/pictures"});
        let role = json!({"name": "role", "type": "s3", "parameters": role});
        for (body, sentence) in [
            (role, "The storage cannot be opened: roles can be assumed only where the service runs on AWS."),
            (web("web"), "The storage cannot be read: it could not be reached."),
        ] {
            let made = harness.call("POST", PATH).json(body).send().await.expect(200).json();
            let path = format!("{PATH}/{}/test", made["data"]["id"]);
            let tested = harness.call("POST", &path).send().await.expect(200).json()["data"].clone();
            assert_eq!(tested, json!({"readable": false, "writable": false, "error": sentence}));
        }
    })
    .await;
}
