//! Ends what failed too often of batches of edits: a chunk with what is done of it, or a listing.

use std::sync::Arc;

use common::{Function, Platform, WorkerError};
use contract::resources::EDIT_BATCH_DEAD_LETTER;
use edit_batches::{begin, entries, fail_listing, failed};
use store::{EditBatchMessage, EditBatchPhase};

const SENTENCE: &str = "The edit failed several times for a reason on our side. Nothing was charged.";
const NOT_LISTED: &str = "The folder could not be listed for a reason on our side. Nothing was charged.";
const LEASE_MS: i64 = EDIT_BATCH_DEAD_LETTER.timeout_seconds as i64 * 1000;

pub fn function() -> Function {
    Function::queue(EDIT_BATCH_DEAD_LETTER, handle)
}

async fn handle(platform: Arc<Platform>, body: String) -> Result<(), WorkerError> {
    let message: EditBatchMessage = match serde_json::from_str(&body) {
        Ok(message) => message,
        Err(error) => {
            tracing::error!(%error, "a dead letter is no message of ours; dropped");
            return Ok(());
        }
    };
    let Some(batch) = platform.store.edit_batches().load(message.batch).await? else { return Ok(()) };
    let Some(number) = message.chunk else {
        if batch.phase == EditBatchPhase::Listing {
            fail_listing(&platform, &batch, None, NOT_LISTED).await?;
        }
        return Ok(());
    };
    if number >= batch.chunks() || batch.phase.ended() {
        return Ok(());
    }
    let now_ms = platform.now_ms();
    let Some(mut chunk) = begin(&platform, &batch, number, LEASE_MS).await? else { return Ok(()) };
    for (index, entry) in entries(&platform.store, &batch, number).await? {
        chunk.lines.entry(index).or_insert_with(|| failed(index, entry.source, SENTENCE.into(), now_ms));
    }
    tracing::error!(
        batch = batch.id,
        account = batch.account,
        chunk = number,
        "chunk ended by its dead letter"
    );
    Ok(chunk.end().await?)
}
