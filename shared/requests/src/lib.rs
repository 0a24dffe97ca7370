//! Extraction models as their owners see them.

use common::{ApiError, Cx};
use contract::ErrorKind;
use contract::clock::seconds;
use contract::extraction::ExtractionModel;
use serde_json::Value;
use store::{ModelRecord, StoreError};

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
