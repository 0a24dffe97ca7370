use std::collections::BTreeSet;

use harness::Harness;
use serde_json::json;

use super::webhook_create::{PATH, make};
use crate::sample::delivery;
use crate::subject::{Subject, bounded};

#[tokio::test]
async fn pages_hold_every_delivery_once_newest_first() {
    bounded(60, async {
        let subject = Subject::server().await;
        let harness = &subject.harness;
        let (webhook, _) = delivery(&subject, &harness.key).await;
        for _ in 0..6 {
            harness.clock.advance_ms(1_000);
            let body = json!({"labels": ["a", "b"]});
            let job = harness.call("POST", "/v1/batch").json(body).send().await.expect(201).json();
            let cancel = format!("/v1/batch/{}/cancel", job["job_id"].as_str().expect("an id"));
            harness.call("POST", &cancel).send().await.expect(202);
        }
        for limit in [1, 3, 7, 100] {
            let (mut seen, mut cursor) = (Vec::new(), String::new());
            loop {
                let path = format!("{PATH}/{webhook}/deliveries?limit={limit}{cursor}");
                let page = harness.call("GET", &path).send().await.expect(200).json();
                let data = page["data"].as_array().expect("a list").clone();
                assert!(data.len() <= limit && seen.len() < 20, "{page}");
                seen.extend(data);
                let Some(next) = page["next_cursor"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            let ids: BTreeSet<&str> = seen.iter().filter_map(|one| one["id"].as_str()).collect();
            assert_eq!((ids.len(), seen.len()), (7, 7), "{limit}");
            let times: Vec<&str> = seen.iter().filter_map(|one| one["created_at"].as_str()).collect();
            assert!(times.is_sorted_by(|newer, older| newer >= older), "{times:?}");
            let first = &seen[0];
            assert_eq!((&first["event"], &first["status"]), (&json!("batch.cancelled"), &json!("pending")));
            assert_eq!((&first["attempts"], &first["last_status"]), (&json!(0), &json!(null)));
            assert!(first["next_attempt_at"].is_string() && first.get("body").is_none(), "{first}");
        }
    })
    .await;
}

#[tokio::test]
async fn limits_and_cursors_have_their_bounds() {
    bounded(60, async {
        let harness = Harness::start().await;
        let path = format!("{PATH}/{}/deliveries", make(&harness, &["task.done"]).await);
        let long = "x".repeat(200);
        for query in ["limit=0", "limit=101", "limit=many", &format!("cursor={long}")] {
            harness.call("GET", &format!("{path}?{query}")).send().await.expect(422);
        }
        // A cursor that was never given is a page or a refusal, never a fault of ours.
        for cursor in ["surely-not", "", "%00", "%F0%9F%90%88", "msg_0"] {
            let answer = harness.call("GET", &format!("{path}?cursor={cursor}")).send().await;
            assert!(matches!(answer.status, 200 | 422), "{cursor}: {}", answer.text());
        }
    })
    .await;
}
