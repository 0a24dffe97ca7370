use harness::Harness;
use serde_json::{Value, json};

use super::batch_create::{ended, look, started, tickets};
use crate::subject::bounded;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_shows_its_counters_tokens_and_credits() {
    bounded(120, async {
        let harness = Harness::start().await;
        let file = b"{\"text\":\"I was charged twice\"}\nnonsense\n{\"text\":\"It crashes at start\"}\n";
        let id = started(&harness, &harness.key, tickets(), file).await;
        let early = look(&harness, &harness.key, &id).await;
        assert_eq!(early["requests_total"], 3);
        assert!(early["estimated_tokens"].as_u64() > Some(0), "{early}");
        let job = ended(&harness, &harness.key, &id).await;
        let counts =
            ["status", "requests_total", "requests_completed", "requests_failed", "error", "eta_seconds"];
        let expected = [json!("completed"), json!(3), json!(3), json!(1), Value::Null, Value::Null];
        assert_eq!(counts.map(|name| job[name].clone()), expected);
        let tokens = job["actual_tokens"].as_u64().expect("tokens");
        assert_eq!(job["estimated_tokens"], tokens);
        // 80 credits a million tokens.
        assert_eq!(job["credits"].as_f64(), Some(tokens as f64 * 80.0 / 1e6));
        assert!(job["started_at"].is_string() && job["completed_at"].is_string());
        harness.assert_books().await;
    })
    .await;
}
