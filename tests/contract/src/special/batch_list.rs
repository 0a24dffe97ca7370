use harness::Harness;
use serde_json::json;

use super::batch_create::{PATH, make, tickets};
use crate::subject::bounded;

#[tokio::test]
async fn the_twenty_newest_jobs_of_the_account_are_listed_newest_first() {
    bounded(60, async {
        let harness = Harness::start().await;
        let other = harness.account("other", 0).await;
        make(&harness, &other, tickets()).await;
        let mut ids = Vec::new();
        for _ in 0..22 {
            ids.push(make(&harness, &harness.key, tickets()).await["job_id"].clone());
            harness.clock.advance_ms(5);
        }
        let list = harness.call("GET", PATH).send().await.expect(200).json();
        let listed: Vec<_> =
            list.as_array().expect("an array").iter().map(|job| job["job_id"].clone()).collect();
        ids.reverse();
        assert_eq!(listed, ids[..20]);
        let first = list[0].as_object().expect("an object");
        let names: Vec<&String> = first.keys().collect();
        assert_eq!(names, ["job_id", "status", "requests_total", "requests_completed", "created_at"]);
        assert_eq!(first["status"], json!("pending"));
    })
    .await;
}
