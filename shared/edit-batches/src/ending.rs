//! The end of a batch.

use std::collections::HashSet;

use common::Platform;
use contract::clock::micros;
use contract::images::BatchError;
use contract::limits::MAX_SHOWN_ITEMS;
use store::{EditBatchPhase, EditBatchRecord, StoreError, end_of};

use crate::places::Places;
use crate::told;

/// Milliseconds after which another worker may bring a batch to its end: this one is surely gone.
const LEASE_MS: i64 = 15 * 60_000;

/// Ends a batch whose folder cannot be listed. `lease`: the worker's own; `None` ends it whoever lists it.
pub async fn fail_listing(
    platform: &Platform,
    batch: &EditBatchRecord,
    lease: Option<&str>,
    sentence: &str,
) -> Result<(), StoreError> {
    let now_ms = platform.now_ms();
    let errors = own_errors(sentence, now_ms)?;
    let failed = EditBatchRecord { errors: Some(errors.clone()), ..batch.clone() };
    let told = told(platform, &failed, EditBatchPhase::Error).await?;
    platform.store.edit_batches().fail_listing(batch, lease, &errors, told, now_ms).await?;
    platform.task_ended.notify_waiters();
    Ok(())
}

/// JSON of the errors of a batch that ends as a whole.
fn own_errors(sentence: &str, now_ms: i64) -> Result<String, StoreError> {
    let error = BatchError {
        error: sentence.to_owned(),
        created_at: micros(now_ms),
        input_object: None,
        source: None,
    };
    serde_json::to_string(&[error]).map_err(|error| StoreError::Failed(error.into()))
}

/// Brings a batch to its end where nothing more is to be waited for: every chunk is settled, or it is to stop and nothing is held for a chunk
/// any more. Whoever comes second finds nothing to do.
pub async fn advance(platform: &Platform, id: u64) -> Result<(), StoreError> {
    let batches = platform.store.edit_batches();
    let Some(batch) = batches.load(id).await? else { return Ok(()) };
    let is_complete =
        batch.phase == EditBatchPhase::Working && batch.chunks_done >= i64::from(batch.chunks());
    let is_stopping = batch.phase == EditBatchPhase::Cancelling;
    if !is_complete && !is_stopping {
        return Ok(());
    }
    if is_stopping {
        let chunks = batches.chunks(&batch, usize::MAX).await?;
        if chunks.iter().any(|chunk| chunk.hold.is_some() && !chunk.ended) {
            // Who works on it comes here when it is settled, or the sweep when its lease has ended.
            return Ok(());
        }
    }
    let (lease, now_ms) = (uuid::Uuid::new_v4().to_string(), platform.now_ms());
    let Some(batch) = batches.claim(id, &lease, (now_ms, now_ms + LEASE_MS)).await? else { return Ok(()) };
    match gather(platform, &batch, &lease).await {
        Ok(()) => Ok(()),
        Err(error) => {
            batches.unclaim(id, &lease).await?;
            Err(error)
        }
    }
}

async fn gather(platform: &Platform, batch: &EditBatchRecord, lease: &str) -> Result<(), StoreError> {
    let (store, places) = (&platform.store, Places(batch.id));
    if batch.listing.is_some_and(|listing| listing.items.unsigned_abs() > MAX_SHOWN_ITEMS) {
        let chunks = store.edit_batches().chunks(batch, usize::MAX).await?;
        let ended = chunks.iter().filter_map(|chunk| Some(places.part(chunk.number, chunk.part.as_deref()?)));
        let ended: HashSet<String> = ended.collect();
        let mut parts = store.batch_files().list(&places.parts()).await?;
        // A worker that died between part and settlement leaves one that does not count.
        parts.retain(|part| ended.contains(&part.key));
        store.batch_files().join(&parts, &places.results()).await?;
    }
    let told = told(platform, batch, end_of(batch)).await?;
    let ended = store.edit_batches().end(batch, lease, told, platform.now_ms()).await?;
    platform.task_ended.notify_waiters();
    tracing::info!(
        batch = batch.id,
        account = batch.account,
        done = batch.done,
        failed = batch.failed,
        ended,
        "batch of edits ended"
    );
    // What a crash leaves here expires with the results.
    store.batch_files().delete_all(&places.checkpoints()).await
}
