use contract::ErrorKind;
use harness::Harness;
use serde_json::json;

use super::assert_kind;
use super::classifier_create::{save, tickets};
use crate::subject::bounded;

#[tokio::test]
async fn a_deleted_name_is_gone_with_all_its_versions_and_their_numbers_are_never_given_again() {
    bounded(60, async {
        let harness = Harness::start().await;
        for _ in 0..2 {
            save(&harness, tickets()).await.expect(201);
        }
        let path = "/v1/classifiers/tickets";
        let deleted = harness.call("DELETE", path).send().await.expect(200).json();
        assert_eq!(deleted, json!({"name": "tickets", "deleted": true}));
        for name in ["tickets", "tickets@v1", "tickets@v2"] {
            let missing = harness.call("GET", &format!("/v1/classifiers/{name}")).send().await;
            assert_kind(&missing, ErrorKind::ClassifierNotFound);
        }
        assert_kind(&harness.call("DELETE", path).send().await, ErrorKind::ClassifierNotFound);
        assert_eq!(harness.call("GET", "/v1/classifiers").send().await.expect(200).json()["data"], json!([]));

        let again = save(&harness, tickets()).await.expect(201).json();
        assert_eq!(again["version"], 3);
        let seen = harness.call("GET", path).send().await.expect(200).json();
        assert_eq!(seen["versions"], json!([3]));
        let old = harness.call("GET", "/v1/classifiers/tickets@v2").send().await;
        assert_kind(&old, ErrorKind::ClassifierNotFound);
    })
    .await;
}

#[tokio::test]
async fn one_version_cannot_be_deleted() {
    bounded(60, async {
        let harness = Harness::start().await;
        save(&harness, tickets()).await.expect(201);
        let refused = harness.call("DELETE", "/v1/classifiers/tickets@v1").send().await;
        assert_kind(&refused, ErrorKind::ClassifierNotFound);
        harness.call("GET", "/v1/classifiers/tickets@v1").send().await.expect(200);
    })
    .await;
}
