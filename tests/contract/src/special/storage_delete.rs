use harness::Harness;

use super::storage_create::{PATH, web};
use crate::subject::bounded;

#[tokio::test]
async fn a_deleted_storage_is_gone_and_its_name_is_free() {
    bounded(60, async {
        let harness = Harness::start().await;
        let made = harness.call("POST", PATH).json(web("shop")).send().await.expect(200).json();
        let path = format!("{PATH}/{}", made["data"]["id"]);
        harness.call("DELETE", &path).send().await.expect(200);
        for method in ["GET", "DELETE"] {
            harness.call(method, &path).send().await.expect(404);
        }
        harness.call("POST", PATH).json(web("shop")).send().await.expect(200);
    })
    .await;
}
