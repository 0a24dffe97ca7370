//! What happens beside the end of a job: the one place from which events are sent.

use common::Platform;
use contract::Credits;
use store::{CallRow, JobPhase, JobRecord, StoreError};

/// Tells the log, and whoever listens in this process, that a job has ended.
pub async fn ended(platform: &Platform, job: &JobRecord, phase: JobPhase) -> Result<(), StoreError> {
    tracing::info!(
        job = job.id,
        account = job.account,
        status = phase.status().name(),
        lines = job.completed,
        failed = job.failed,
        tokens = job.tokens,
        "batch job ended"
    );
    platform.task_ended.notify_waiters();
    let now_ms = platform.now_ms();
    let is_failed = phase == JobPhase::Failed;
    let hold = job.hold.as_ref();
    let credits: Credits = job.charged - job.logged;
    let row = CallRow {
        account: job.account.clone(),
        key_id: hold.map(|hold| hold.key_id.clone()).unwrap_or_default(),
        request_id: hold.map(|hold| format!("{}-end", hold.request_id)).unwrap_or_default(),
        at_ms: now_ms,
        method: "JOB".into(),
        path: format!("/v1/batch/{}", job.id),
        route: "batch-worker",
        status: if is_failed { 500 } else { 200 },
        latency_ms: now_ms - job.started_at_ms.unwrap_or(now_ms),
        credits,
        tokens: job.tokens - job.logged_tokens,
        model: Some(job.priority.model().to_owned()),
        error_code: is_failed.then_some("BATCH_FAILED"),
        ..CallRow::default()
    };
    platform.recorder.record(&platform.store, row, true).await
}
