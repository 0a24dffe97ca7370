use harness::Harness;
use serde_json::json;

use crate::subject::bounded;

#[tokio::test]
async fn the_types_are_those_that_can_be_connected() {
    bounded(60, async {
        let harness = Harness::start().await;
        let types = harness.call("GET", "/v1/storage/storage-types").send().await.expect(200).json();
        assert_eq!(types, json!({"data": ["web_folder", "s3", "gcs"]}));
    })
    .await;
}
