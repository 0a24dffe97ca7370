//! Formats of pictures that can be read.

use harness::Harness;
use serde_json::json;

use crate::subject::bounded;

#[tokio::test]
async fn formats_are_those_that_the_decoders_read() {
    bounded(60, async {
        let harness = Harness::start().await;
        let formats = harness.call("GET", "/api/v1/extract-image/formats").send().await.expect(200).json();
        assert_eq!(formats["supportedFormats"], json!(["png", "jpeg", "webp", "heic"]));
        assert_eq!(formats["converted"], json!(["avif", "gif", "bmp", "tiff"]));
    })
    .await;
}
