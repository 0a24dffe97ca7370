//! What is told of the end of a batch.

use common::Platform;
use contract::platform::webhooks::Event;
use store::{EditBatchPhase, EditBatchRecord, Listening, News, StoreError};

use crate::{report, result_url};

/// Who listens to the end of a batch in this phase, and what they are told; `None`: nobody.
pub async fn told(
    platform: &Platform,
    batch: &EditBatchRecord,
    phase: EditBatchPhase,
) -> Result<Option<(Listening, News)>, StoreError> {
    let event = match phase {
        EditBatchPhase::Done => Event::BatchCompleted,
        EditBatchPhase::Cancelled => Event::BatchCancelled,
        _ => Event::BatchFailed,
    };
    let listening = platform.store.webhooks().listening(&batch.account, event).await?;
    if listening.is_empty() {
        return Ok(None);
    }
    let ended = EditBatchRecord { phase, ..batch.clone() };
    let report = report(platform, ended, &batch.base_url).await?;
    let data = serde_json::to_value(report).map_err(|error| StoreError::Failed(error.into()))?;
    let url = result_url(&batch.base_url, &batch.prefix, batch.id);
    Ok(Some((listening, News::of_images(data, url))))
}
