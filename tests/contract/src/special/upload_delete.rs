use contract::ErrorKind;
use harness::Harness;
use serde_json::json;

use super::assert_kind;
use super::upload_create::{PATH, make, send, uploaded};
use crate::subject::bounded;

#[tokio::test]
async fn a_deleted_upload_is_gone_with_its_file_and_its_parts() {
    bounded(60, async {
        let harness = Harness::start().await;
        let arrived = uploaded(&harness, b"a file").await;
        let in_parts = make(&harness, json!({"filename": "large.bin", "size": (2 << 26) + 1})).await;
        let part = in_parts["parts"][2]["url"].as_str().expect("an address");
        let sent = || harness.call_url("PUT", part).body("application/octet-stream", b"x".to_vec()).send();
        sent().await.expect(200);
        for made in [&arrived, &in_parts] {
            let path = format!("{PATH}/{}", made["id"].as_str().expect("an id"));
            let deleted = harness.call("DELETE", &path).send().await.expect(200).json();
            assert_eq!(deleted, json!({"id": made["id"], "deleted": true}));
            assert_kind(&harness.call("GET", &path).send().await, ErrorKind::UploadNotFound);
            assert_kind(&harness.call("DELETE", &path).send().await, ErrorKind::UploadNotFound);
        }
        assert_eq!(harness.store().batch_files().list("uploads/").await.expect("a list"), []);
        assert_eq!(sent().await.status, 404);
        // A form that is sent late leaves a file that nothing names; it expires.
        send(&harness, &arrived, b"a file").await.expect(204);
        let used = json!({"image": arrived["uri"], "labels": ["a", "b"]});
        let refused = harness.call("POST", "/v1/classify").json(used).send().await;
        assert_kind(&refused, ErrorKind::InputUnreachable);
    })
    .await;
}
