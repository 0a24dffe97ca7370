use contract::ErrorKind;
use serde_json::json;

use super::assert_kind;
use super::webhook_create::PATH;
use crate::sample::{delivery, webhook};
use crate::subject::{Subject, bounded};

#[tokio::test]
async fn what_is_sent_again_is_pending_now_and_a_delivery_of_another_webhook_is_unknown() {
    bounded(60, async {
        let subject = Subject::server().await;
        let harness = &subject.harness;
        let (owner, id) = delivery(&subject, &harness.key).await;
        let other = webhook(&subject, &harness.key).await;
        let again = |webhook: &str, id: &str| {
            harness.call("POST", &format!("{PATH}/{webhook}/deliveries/{id}/redeliver")).send()
        };
        let sent = again(&owner, &id).await.expect(202).json();
        assert_eq!(
            (&sent["id"], &sent["status"], &sent["attempts"]),
            (&json!(id), &json!("pending"), &json!(0))
        );
        for (webhook, id) in [(&other, &id), (&owner, &"msg_0".to_owned()), (&owner, &"x".repeat(300))] {
            assert_kind(&again(webhook, id).await, ErrorKind::DeliveryNotFound);
        }
    })
    .await;
}
