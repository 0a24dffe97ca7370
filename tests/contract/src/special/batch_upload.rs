use contract::ErrorKind;
use harness::Harness;

use super::assert_kind;
use super::batch_create::{act, ended, make, send_form, tickets};
use crate::subject::bounded;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fresh_fields_work_when_the_first_ones_do_not_any_more_and_until_the_start() {
    bounded(120, async {
        let harness = Harness::start().await;
        let made = make(&harness, &harness.key, tickets()).await;
        let id = made["job_id"].as_str().expect("an id");
        harness.clock.advance_ms(4_000_000);
        let fresh = act(&harness, &harness.key, id, "upload").await.expect(200).json();
        assert_eq!((&fresh["job_id"], &fresh["input_key"]), (&made["job_id"], &made["input_key"]));
        assert!(fresh["upload_expires_at"].as_str() > made["upload_expires_at"].as_str());
        let (old, new) = (made["upload_url"].as_str(), fresh["upload_url"].as_str());
        let line = b"{\"text\":\"I was charged twice\"}";
        let refused = send_form(&harness, old.expect("one"), &made["upload_fields"], line).await;
        assert_eq!(refused.status, 404);
        send_form(&harness, new.expect("one"), &fresh["upload_fields"], line).await.expect(204);
        act(&harness, &harness.key, id, "start").await.expect(202);
        assert_kind(&act(&harness, &harness.key, id, "upload").await, ErrorKind::JobState);
        assert_eq!(ended(&harness, &harness.key, id).await["status"], "completed");
    })
    .await;
}
