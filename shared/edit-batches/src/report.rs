//! A batch as its owner is shown.

use common::{ApiError, Cx, Platform};
use contract::ErrorKind;
use contract::clock::micros;
use contract::images::{BatchError, BatchItem, BatchProgress, BatchReport};
use contract::limits::{MAX_SHOWN_ITEMS, RESULT_SECONDS};
use futures::{StreamExt, TryStreamExt, stream};
use store::{EditBatchRecord, StoreError};

use crate::chunk::{Lines, parse};
use crate::echo;
use crate::places::Places;

/// Parts that are read at the same time.
const AT_ONCE: usize = 8;
/// What the file of results is called in its link.
const FILE: &str = "results.ndjson";

/// The batch of the caller's account with this id.
pub async fn find(cx: &Cx, id: u64) -> Result<EditBatchRecord, ApiError> {
    let batch = cx.store.edit_batches().find(cx.account(), id).await?;
    batch.ok_or_else(|| ApiError::new(ErrorKind::TaskNotFound))
}

/// Where a batch is looked at.
pub fn result_url(base_url: &str, prefix: &str, id: u64) -> String {
    format!("{base_url}{prefix}/image/edit/batch/{id}")
}

/// `base_url`: start of links.
pub async fn report(
    platform: &Platform,
    batch: EditBatchRecord,
    base_url: &str,
) -> Result<BatchReport, StoreError> {
    let request = echo(&platform.store, batch.id).await?;
    let own = batch.errors.as_deref().map(serde_json::from_str::<Vec<BatchError>>).transpose();
    let mut errors = own.map_err(|_| StoreError::malformed("errors of a batch"))?.unwrap_or_default();
    let mut results = Vec::new();
    for (_, line) in shown(platform, &batch).await? {
        match line.item {
            BatchItem::Done(result) => results.push(*result),
            BatchItem::Failed(error) => errors.push(error),
        }
    }
    let count = |number: i64| u64::try_from(number).unwrap_or(0);
    let total = batch.listing.map(|listing| count(listing.items));
    let has_file = batch.phase.ended() && total.is_some_and(|total| total > MAX_SHOWN_ITEMS);
    let link = || {
        let expires = platform.now_ms() / 1000 + RESULT_SECONDS;
        let path = platform.file_keys.path(&Places(batch.id).results(), FILE, expires);
        format!("{base_url}{path}")
    };
    Ok(BatchReport {
        id: batch.id,
        status: batch.phase.status(),
        created_at: micros(batch.created_at_ms),
        request,
        errors,
        results,
        progress: BatchProgress { total, done: count(batch.done), failed: count(batch.failed) },
        results_url: has_file.then(link),
    })
}

/// What is done of the first items.
async fn shown(platform: &Platform, batch: &EditBatchRecord) -> Result<Lines, StoreError> {
    let Some(listing) = batch.listing else { return Ok(Lines::new()) };
    let first_chunks = MAX_SHOWN_ITEMS.div_ceil(u64::from(listing.chunk_items).max(1));
    let chunks =
        platform.store.edit_batches().chunks(batch, usize::try_from(first_chunks).unwrap_or(0)).await?;
    let places = Places(batch.id);
    let parts = chunks.into_iter().filter(|chunk| u64::from(chunk.number) < first_chunks);
    let parts = parts.filter_map(|chunk| Some(places.part(chunk.number, chunk.part.as_deref()?)));
    let read = parts.map(|part| async move { parse(&platform.store.batch_files().get(&part).await?) });
    // Why a list: the compiler cannot tell of a stream over a borrowing closure that it may change threads.
    let read: Vec<_> = read.collect();
    let parts: Vec<Lines> = stream::iter(read).buffered(AT_ONCE).try_collect().await?;
    let lines = parts.into_iter().flatten();
    Ok(lines.take_while(|(index, _)| *index < MAX_SHOWN_ITEMS).collect())
}
