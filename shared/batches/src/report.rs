//! A job as its owner sees it.

use common::{ApiError, Cx};
use contract::ErrorKind;
use contract::classification::{JobReport, JobRow, JobStatus};
use contract::clock::seconds;
use store::JobRecord;

/// A job of the caller.
pub async fn find(cx: &Cx, id: &str) -> Result<JobRecord, ApiError> {
    let found = cx.store.jobs().find(cx.account(), id).await?;
    found.ok_or_else(|| ApiError::new(ErrorKind::JobNotFound))
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// Lines of the job: estimated until the last of them is done.
fn total(job: &JobRecord) -> u64 {
    let Some(input) = &job.input else { return 0 };
    let all_done = job.shards_done >= i64::from(input.shards);
    count(if all_done { job.completed } else { input.lines.max(job.completed) })
}

pub fn row(job: &JobRecord) -> JobRow {
    JobRow {
        job_id: job.id.clone(),
        status: job.phase.status(),
        requests_total: total(job),
        requests_completed: count(job.completed),
        created_at: seconds(job.created_at_ms),
    }
}

pub fn report(job: &JobRecord, now_ms: i64) -> JobReport {
    let status = job.phase.status();
    let ended = !status.is_running() && status != JobStatus::Pending;
    JobReport {
        job_id: job.id.clone(),
        status,
        requests_total: total(job),
        requests_completed: count(job.completed),
        requests_failed: count(job.failed),
        estimated_tokens: job.input.as_ref().map(|input| count(input.tokens)),
        actual_tokens: ended.then(|| count(job.tokens)),
        created_at: seconds(job.created_at_ms),
        started_at: job.started_at_ms.map(seconds),
        completed_at: job.completed_at_ms.map(seconds),
        error: job.error.clone().filter(|_| ended),
        credits: job.charged,
        mode: job.mode,
        eta_seconds: eta(job, now_ms),
    }
}

/// At the rate since the last start.
fn eta(job: &JobRecord, now_ms: i64) -> Option<u64> {
    let elapsed = count(now_ms - job.started_at_ms?);
    let done = count(job.completed - job.done_before);
    if job.phase.status() != JobStatus::Processing || done == 0 {
        return None;
    }
    let left = total(job) - count(job.completed);
    Some(u64::try_from(u128::from(elapsed) * u128::from(left) / u128::from(done) / 1000).unwrap_or(u64::MAX))
}
