//! A job as its owner sees it, and what webhooks are told of its end.

use contract::classification::{JobReport, JobRow, JobStatus};
use contract::clock::seconds;
use contract::platform::webhooks::Event;

use super::{Ending, JobPhase, JobRecord, Jobs};
use crate::{Listening, News, StoreError};

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

impl JobRecord {
    /// Lines of the job: estimated until the last of them is done.
    fn total(&self) -> u64 {
        let Some(input) = &self.input else { return 0 };
        let all_done = self.shards_done >= i64::from(input.shards);
        count(if all_done { self.completed } else { input.lines.max(self.completed) })
    }

    /// In a list.
    pub fn row(&self) -> JobRow {
        JobRow {
            job_id: self.id.clone(),
            status: self.phase.status(),
            requests_total: self.total(),
            requests_completed: count(self.completed),
            created_at: seconds(self.created_at_ms),
        }
    }

    pub fn report(&self, now_ms: i64) -> JobReport {
        let status = self.phase.status();
        let ended = !status.is_running() && status != JobStatus::Pending;
        JobReport {
            job_id: self.id.clone(),
            status,
            requests_total: self.total(),
            requests_completed: count(self.completed),
            requests_failed: count(self.failed),
            estimated_tokens: self.input.as_ref().map(|input| count(input.tokens)),
            actual_tokens: ended.then(|| count(self.tokens)),
            created_at: seconds(self.created_at_ms),
            started_at: self.started_at_ms.map(seconds),
            completed_at: self.completed_at_ms.map(seconds),
            error: self.error.clone().filter(|_| ended),
            credits: self.charged,
            mode: self.mode,
            eta_seconds: self.eta(now_ms),
        }
    }

    /// At the rate since the last start.
    fn eta(&self, now_ms: i64) -> Option<u64> {
        let elapsed = count(now_ms - self.started_at_ms?);
        let done = count(self.completed - self.done_before);
        if self.phase.status() != JobStatus::Processing || done == 0 {
            return None;
        }
        let left = self.total() - count(self.completed);
        Some(
            u64::try_from(u128::from(elapsed) * u128::from(left) / u128::from(done) / 1000)
                .unwrap_or(u64::MAX),
        )
    }

    /// As it will be once it has ended so.
    pub(super) fn after(&self, ending: &Ending, now_ms: i64) -> Self {
        Self {
            phase: ending.phase,
            error: ending.error.clone().or_else(|| self.error.clone()),
            completed_at_ms: Some(now_ms),
            results_bytes: Some(ending.results_bytes),
            errors_bytes: Some(ending.errors_bytes),
            ..self.clone()
        }
    }
}

impl Jobs<'_> {
    /// Whom to tell what of a job that ends as it is here. `None` where nobody listens.
    pub(super) async fn told(
        &self,
        ended: &JobRecord,
        now_ms: i64,
    ) -> Result<Option<(Listening, News)>, StoreError> {
        let event = match ended.phase {
            JobPhase::Completed => Event::BatchCompleted,
            JobPhase::Failed => Event::BatchFailed,
            JobPhase::Cancelled => Event::BatchCancelled,
            _ => return Ok(None),
        };
        let listening = self.0.webhooks().listening(&ended.account, event).await?;
        if listening.is_empty() {
            return Ok(None);
        }
        let report = serde_json::to_value(ended.report(now_ms));
        let data = report.map_err(|error| StoreError::Failed(error.into()))?;
        Ok(Some((listening, News::new(data, format!("{}/v1/batch/{}", ended.base_url, ended.id)))))
    }
}
