use contract::ErrorKind;
use harness::Harness;
use serde_json::json;

use super::assert_kind;
use super::upload_create::{PATH, make, send};
use crate::subject::bounded;

#[tokio::test]
async fn an_upload_is_pending_until_its_file_has_arrived_and_gone_after_24_hours() {
    bounded(60, async {
        let harness = Harness::start().await;
        let made = make(&harness, json!({"filename": "photo.jpg", "size": 100})).await;
        let path = format!("{PATH}/{}", made["id"].as_str().expect("an id"));
        let look = async || harness.call("GET", &path).send().await;
        let pending = look().await.expect(200).json();
        assert_eq!((&pending["status"], &pending["size"]), (&json!("pending"), &json!(100)));
        send(&harness, &made, b"a file").await.expect(204);
        let ready = look().await.expect(200).json();
        assert_eq!((&ready["status"], &ready["size"]), (&json!("ready"), &json!(6)));
        assert_eq!((&ready["uri"], &ready["expires_at"]), (&made["uri"], &made["expires_at"]));
        harness.clock.advance_ms(86_400_000);
        assert_kind(&look().await, ErrorKind::UploadNotFound);
        let used = json!({"image": made["uri"], "labels": ["a", "b"]});
        let refused = harness.call("POST", "/v1/classify").json(used).send().await;
        assert_kind(&refused, ErrorKind::InputUnreachable);
    })
    .await;
}
