use contract::ErrorKind;
use harness::Harness;

use super::assert_kind;
use super::webhook_create::{PATH, make};
use crate::subject::bounded;

#[tokio::test]
async fn a_deleted_webhook_is_gone_with_its_deliveries_and_deleted_once() {
    bounded(60, async {
        let harness = Harness::start().await;
        let path = format!("{PATH}/{}", make(&harness, &["task.done"]).await);
        let calls = (0..6).map(|_| harness.call("DELETE", &path).send());
        let answers = futures::future::join_all(calls).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            assert_kind(answer, ErrorKind::WebhookNotFound);
        }
        for path in [path.clone(), format!("{path}/deliveries")] {
            assert_kind(&harness.call("GET", &path).send().await, ErrorKind::WebhookNotFound);
        }
    })
    .await;
}
