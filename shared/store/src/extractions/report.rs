//! Extractions in the background as their owners see them, and what webhooks are told of their end.

use contract::clock::seconds;
use contract::extraction::{Extracted, ExtractionReport, RequestItem, RequestStatus};
use contract::limits::MAX_WEBHOOK_BODY;
use contract::platform::webhooks::Event;
use contract::tasks::TaskStatus;
use serde_json::Value;

use super::{ExtractionRecord, Extractions, Outcome};
use crate::{Listening, News, Read, StoreError};

impl ExtractionRecord {
    pub fn request_status(&self) -> RequestStatus {
        match self.status {
            TaskStatus::Accepted | TaskStatus::Waiting | TaskStatus::Paused => RequestStatus::Pending,
            TaskStatus::Processing => RequestStatus::Processing,
            TaskStatus::Done => RequestStatus::Completed,
            TaskStatus::Error | TaskStatus::Cancelled => RequestStatus::Failed,
        }
    }

    /// A request; `None` of a call that belongs to no model, and of a request that has ended without a place in its model, which was
    /// deleted before it got one.
    pub fn shown(&self) -> Result<Option<RequestItem>, StoreError> {
        if self.row.is_none() && self.status.ended() {
            return Ok(None);
        }
        let Some(of) = &self.of else { return Ok(None) };
        Ok(Some(RequestItem {
            id: self.id.clone(),
            model_id: of.model.clone(),
            status: self.request_status(),
            data: parsed(self.answer.as_deref())?,
            payload: parsed(of.payload.as_deref())?,
            image: of.image.clone(),
            created_at: seconds(self.created_at_ms),
            error: self.failure.clone(),
        }))
    }

    /// A call that did not wait, with its answer. `base_url`: of the URL that is shown.
    pub fn report(&self, base_url: &str, result: Option<Extracted>) -> ExtractionReport {
        ExtractionReport {
            id: self.id.clone(),
            result_url: Self::call_url(base_url, &self.id),
            status: self.request_status(),
            created_at: seconds(self.created_at_ms),
            result,
            error: self.failure.clone(),
        }
    }

    /// Where a call that did not wait is looked at.
    pub fn call_url(base_url: &str, id: &str) -> String {
        format!("{base_url}/api/v1/extract-image/{id}")
    }

    /// As it will be once it has ended so.
    fn after(&self, outcome: &Outcome) -> Self {
        let mut ended = self.clone();
        match outcome {
            Outcome::Done { answer, .. } => {
                (ended.status, ended.answer) = (TaskStatus::Done, Some(answer.clone()));
            }
            Outcome::Failed { sentence } => {
                (ended.status, ended.failure) = (TaskStatus::Error, Some(sentence.clone()));
            }
        }
        ended
    }
}

fn parsed(json: Option<&str>) -> Result<Option<Value>, StoreError> {
    let parsed = json.map(serde_json::from_str).transpose();
    parsed.map_err(|_| StoreError::malformed("JSON of an extraction"))
}

impl Extractions<'_> {
    /// Whom to tell what. `None` where nobody listens, and of a request that outlived its model.
    pub(super) async fn told(
        &self,
        extraction: &ExtractionRecord,
        outcome: &Outcome,
    ) -> Result<Option<(Listening, News)>, StoreError> {
        let event = match (&extraction.of, outcome) {
            (Some(_), _) if extraction.row.is_none() => return Ok(None),
            (Some(_), _) => Event::RequestDone,
            (None, Outcome::Done { .. }) => Event::TaskDone,
            (None, Outcome::Failed { .. }) => Event::TaskError,
        };
        let listening = self.0.webhooks().listening(&extraction.account, event).await?;
        if listening.is_empty() {
            return Ok(None);
        }
        // Why no error: an extraction that cannot be shown must be able to end.
        let news = self.news(&extraction.after(outcome)).await.inspect_err(
            |error| tracing::error!(extraction = extraction.id, %error, "end of an extraction not told"),
        );
        Ok(news.ok().map(|news| (listening, news)))
    }

    async fn news(&self, ended: &ExtractionRecord) -> Result<News, StoreError> {
        let broken = |error: serde_json::Error| StoreError::Failed(error.into());
        let (id, base_url) = (&ended.id, &ended.base_url);
        if let Some(item) = ended.shown()? {
            let data = serde_json::to_value(item).map_err(broken)?;
            return Ok(News::new(data, format!("{base_url}/requests/{id}")));
        }
        let answer = ended.answer.as_ref().filter(|_| ended.status == TaskStatus::Done);
        let result = match answer {
            Some(object) => self.short_answer(object).await?,
            None => None,
        };
        let is_cut = answer.is_some() && result.is_none();
        let mut data = serde_json::to_value(ended.report(base_url, result)).map_err(broken)?;
        if let Some(members) = data.as_object_mut().filter(|_| is_cut) {
            members.remove("result");
        }
        Ok(News::new(data, ExtractionRecord::call_url(base_url, id)))
    }

    /// The answer of a call; `None` of one that is too long to be told.
    async fn short_answer(&self, object: &str) -> Result<Option<Extracted>, StoreError> {
        let Read::Found(found) = self.0.results().get(object, None).await? else { return Ok(None) };
        if found.length > MAX_WEBHOOK_BODY as u64 {
            return Ok(None);
        }
        let bytes = found.body.collect().await.map_err(|error| StoreError::Unavailable(error.into()))?;
        serde_json::from_slice(&bytes.into_bytes())
            .map(Some)
            .map_err(|_| StoreError::malformed("answer of an extraction"))
    }
}
