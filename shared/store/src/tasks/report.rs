//! A task as its owner sees it, and what webhooks are told of its end.

use contract::clock::micros;
use contract::platform::webhooks::Event;
use contract::tasks::{TaskReport, TaskStatus};
use serde_json::{Value, json};

use super::{TaskRecord, Tasks, Verdict};
use crate::{Listening, Message, News, StoreError};

impl TaskRecord {
    pub fn report(&self) -> Result<TaskReport, StoreError> {
        let parse = |text: &str| {
            serde_json::from_str::<Value>(text).map_err(|_| StoreError::malformed("JSON of a task"))
        };
        let errors = self.errors.as_deref().map(serde_json::from_str).transpose();
        Ok(TaskReport {
            id: self.id,
            status: self.status,
            created_at: micros(self.created_at_ms),
            request: parse(&self.request)?,
            errors: errors.map_err(|_| StoreError::malformed("errors of a task"))?.unwrap_or_default(),
            result: self.result.as_deref().map_or_else(|| Ok(json!({})), parse)?,
        })
    }

    pub fn message(&self) -> Message {
        Message { task: self.id, account: self.account.clone(), waited: 0 }
    }

    /// Where it is looked at, as the call that made it was written.
    pub fn result_url(&self) -> String {
        format!("{}{}/image/edit/async/{}", self.base_url, self.prefix, self.id)
    }

    /// As it will be once it has ended so.
    fn after(&self, verdict: &Verdict) -> Self {
        let mut ended = self.clone();
        match verdict {
            Verdict::Done { result, .. } => {
                (ended.status, ended.result) = (TaskStatus::Done, Some(result.clone()));
            }
            Verdict::Error { errors } => {
                (ended.status, ended.errors) = (TaskStatus::Error, Some(errors.clone()));
            }
            Verdict::Cancelled => ended.status = TaskStatus::Cancelled,
        }
        ended
    }
}

impl Tasks<'_> {
    /// Whom to tell what. `None` of one that its owner has cancelled, and where nobody listens.
    pub(super) async fn told(
        &self,
        task: &TaskRecord,
        verdict: &Verdict,
    ) -> Result<Option<(Listening, News)>, StoreError> {
        let event = match verdict {
            Verdict::Done { .. } => Event::TaskDone,
            Verdict::Error { .. } => Event::TaskError,
            Verdict::Cancelled => return Ok(None),
        };
        let listening = self.0.webhooks().listening(&task.account, event).await?;
        if listening.is_empty() {
            return Ok(None);
        }
        // Why no error: a task that cannot be shown must be able to end.
        let report = task.after(verdict).report().and_then(as_value);
        let report =
            report.inspect_err(|error| tracing::error!(task = task.id, %error, "end of a task not told"));
        Ok(report.ok().map(|data| (listening, News::of_images(data, task.result_url()))))
    }
}

fn as_value(report: TaskReport) -> Result<Value, StoreError> {
    serde_json::to_value(report).map_err(|error| StoreError::Failed(error.into()))
}
