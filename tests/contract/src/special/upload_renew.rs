use contract::ErrorKind;
use harness::Harness;
use serde_json::json;

use super::assert_kind;
use super::upload_create::{PATH, make, send};
use crate::subject::bounded;

#[tokio::test]
async fn fresh_addresses_work_when_the_first_ones_do_not_any_more_and_until_the_file_has_arrived() {
    bounded(60, async {
        let harness = Harness::start().await;
        for size in [100, 150_000_000] {
            let made = make(&harness, json!({"filename": "photo.jpg", "size": size})).await;
            let path = format!("{PATH}/{}/renew", made["id"].as_str().expect("an id"));
            harness.clock.advance_ms(4_000_000);
            let fresh = harness.call("POST", &path).send().await.expect(200).json();
            assert!(fresh["urls_expire_at"].as_str() > made["urls_expire_at"].as_str());
            assert_eq!((&fresh["id"], &fresh["expires_at"]), (&made["id"], &made["expires_at"]));
            if size == 100 {
                assert_eq!(send(&harness, &made, b"a file").await.status, 404);
                send(&harness, &fresh, b"a file").await.expect(204);
                let refused = harness.call("POST", &path).send().await;
                assert_kind(&refused, ErrorKind::UploadArrived);
            } else {
                assert_eq!(fresh["parts"].as_array().expect("parts").len(), 3);
            }
        }
    })
    .await;
}
