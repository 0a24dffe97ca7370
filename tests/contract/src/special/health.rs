use harness::Harness;
use serde_json::json;

use crate::subject::bounded;

#[tokio::test]
async fn it_tells_that_the_service_answers_and_its_version() {
    bounded(60, async {
        let harness = Harness::start().await;
        let answer = harness.call("GET", "/health").no_key().send().await.expect(200);
        assert_eq!(answer.json(), json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")}));
    })
    .await;
}

#[tokio::test]
async fn it_is_not_kept_by_anybody_on_the_way() {
    bounded(60, async {
        let harness = Harness::start().await;
        let answer = harness.call("GET", "/health").no_key().send().await.expect(200);
        assert_eq!(answer.header("cache-control"), "no-store");
    })
    .await;
}
