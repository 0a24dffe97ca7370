//! Requests of extraction models and extractions in the background, as their owners see them.

use common::{ApiError, Cx};
use contract::ErrorKind;
use contract::clock::seconds;
use contract::extraction::{ExtractionModel, RequestItem, RequestStatus};
use contract::tasks::TaskStatus;
use serde_json::Value;
use store::{ExtractionRecord, ModelRecord, StoreError};

pub fn status(status: TaskStatus) -> RequestStatus {
    match status {
        TaskStatus::Accepted | TaskStatus::Waiting | TaskStatus::Paused => RequestStatus::Pending,
        TaskStatus::Processing => RequestStatus::Processing,
        TaskStatus::Done => RequestStatus::Completed,
        TaskStatus::Error | TaskStatus::Cancelled => RequestStatus::Failed,
    }
}

/// A request; `None` of a call that belongs to no model, and of a request that has ended without a place in its model, which was deleted
/// before it got one.
pub fn shown(extraction: ExtractionRecord) -> Result<Option<RequestItem>, StoreError> {
    if extraction.row.is_none() && extraction.status.ended() {
        return Ok(None);
    }
    let Some(of) = extraction.of else { return Ok(None) };
    Ok(Some(RequestItem {
        id: extraction.id,
        model_id: of.model,
        status: status(extraction.status),
        data: parsed(extraction.answer.as_deref())?,
        payload: parsed(of.payload.as_deref())?,
        image: of.image,
        created_at: seconds(extraction.created_at_ms),
        error: extraction.failure,
    }))
}

/// A model of the caller.
pub async fn model(cx: &Cx, id: &str) -> Result<ModelRecord, ApiError> {
    let found = cx.store.extractions().model(cx.account(), id).await?;
    found.ok_or_else(|| ApiError::new(ErrorKind::ResourceNotFound))
}

pub fn model_shown(model: ModelRecord) -> Result<ExtractionModel, StoreError> {
    Ok(ExtractionModel {
        id: model.id,
        name: model.name,
        prompt: model.prompt,
        schema: parsed(model.schema.as_deref())?,
        created_at: seconds(model.created_at_ms),
    })
}

fn parsed(json: Option<&str>) -> Result<Option<Value>, StoreError> {
    let parsed = json.map(serde_json::from_str).transpose();
    parsed.map_err(|_| StoreError::malformed("JSON of an extraction"))
}

/// Where an extraction in the background is looked at.
pub fn result_url(base_url: &str, id: &str) -> String {
    format!("{base_url}/api/v1/extract-image/{id}")
}
