//! What happens after the end of a job: the log is told. Webhooks are told with the end itself.

use common::Platform;
use store::{CallRow, JobPhase, JobRecord, StoreError};

/// Tells the log of a job that has ended, once, and whoever listens in this process.
pub async fn tell(platform: &Platform, job: &JobRecord) -> Result<(), StoreError> {
    platform.task_ended.notify_waiters();
    if !job.untold || !platform.store.jobs().tell(job, &row(job)).await? {
        return Ok(());
    }
    tracing::info!(
        job = job.id,
        account = job.account,
        status = job.phase.status().name(),
        lines = job.completed,
        failed = job.failed,
        tokens = job.tokens,
        "batch job ended"
    );
    Ok(())
}

/// What the job has cost since it was told of before.
fn row(job: &JobRecord) -> CallRow {
    let is_failed = job.phase == JobPhase::Failed;
    let hold = job.hold.as_ref();
    let ended_ms = job.completed_at_ms.unwrap_or(job.created_at_ms);
    CallRow {
        account: job.account.clone(),
        key_id: hold.map(|hold| hold.key_id.clone()).unwrap_or_default(),
        request_id: hold.map(|hold| format!("{}-end", hold.request_id)).unwrap_or_default(),
        at_ms: ended_ms,
        method: "JOB".into(),
        path: format!("/v1/batch/{}", job.id),
        route: "batch-worker",
        status: if is_failed { 500 } else { 200 },
        latency_ms: ended_ms - job.started_at_ms.unwrap_or(ended_ms),
        credits: job.charged - job.logged,
        tokens: job.tokens - job.logged_tokens,
        model: Some(job.priority.model().to_owned()),
        error_code: is_failed.then_some("BATCH_FAILED"),
        ..CallRow::default()
    }
}
