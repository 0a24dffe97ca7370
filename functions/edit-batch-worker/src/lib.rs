//! Works on batches of edits: lists their folders, edits their pictures, a chunk a message, and brings them to their end. Safe to repeat and
//! to kill between any two lines: it works under leases, and a chunk's results, counters and money are committed together or not at all.

mod chunk;
mod desk;
mod listing;
mod share;

use std::sync::Arc;

use common::{Function, Platform, WorkerError};
use contract::resources::EDIT_BATCH_WORKER;
use edit_batches::advance;
use store::{EditBatchMessage, EditBatchPhase, put_back_seconds};

use share::Share;

pub fn function() -> Function {
    Function::queue(EDIT_BATCH_WORKER, handle)
}

async fn handle(platform: Arc<Platform>, body: String) -> Result<(), WorkerError> {
    let mut message: EditBatchMessage = serde_json::from_str(&body).map_err(WorkerError::new)?;
    let Some(batch) = platform.store.edit_batches().load(message.batch).await? else { return Ok(()) };
    match (message.chunk, batch.phase) {
        (None, EditBatchPhase::Listing) => {
            let share = platform.shared(Share::load).map_err(WorkerError::new)?;
            let Some(_place) = share.listings.try_enter(&batch.account) else {
                // Others go first.
                let seconds = put_back_seconds(message.waited);
                message.waited += 1;
                return Ok(platform.store.queues().send_edit_chunks(&[message], seconds).await?);
            };
            listing::list(&platform, &batch).await
        }
        (Some(number), EditBatchPhase::Working | EditBatchPhase::Cancelling) if number < batch.chunks() => {
            chunk::work(&platform, &batch, number).await
        }
        _ => Ok(advance(&platform, batch.id).await?),
    }
}
