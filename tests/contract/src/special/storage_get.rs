use harness::Harness;
use serde_json::json;

use super::storage_create::PATH;
use crate::subject::bounded;

const ROLE: &str = "arn:aws:iam::123456789012:role/pictures";

#[tokio::test]
async fn a_storage_shows_its_access_key_and_a_role_the_accounts_own_external_id() {
    bounded(60, async {
        let harness = Harness::start().await;
        let other = harness.account("other", 0).await;
        let keys = json!({"access_key": "visible", "secret_access_key": "hidden"});
        let body = json!({"name": "keys", "type": "s3", "parameters": {"bucket": "abc", "path": "p", "credentials": keys}});
        let made = harness.call("POST", PATH).json(body).send().await.expect(200).json()["data"].clone();
        let path = format!("{PATH}/{}", made["id"]);
        let shown = harness.call("GET", &path).send().await.expect(200).json()["data"].clone();
        assert_eq!(shown, made);
        assert_eq!(shown["parameters"], json!({"bucket": "abc", "path": "p", "credentials": {"access_key": "visible"}}));
        let mut ids = Vec::new();
        for key in [&harness.key, &other] {
            let body = json!({"name": "role", "type": "s3", "parameters": {"bucket": "abc", "role_arn": ROLE}});
            let made = harness.call("POST", PATH).key(key).json(body).send().await.expect(200).json();
            ids.push(made["data"]["parameters"]["external_id"].clone());
        }
        assert!(ids[0].is_string() && ids[0] != ids[1], "{ids:?}");
    })
    .await;
}
