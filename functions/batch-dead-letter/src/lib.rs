//! Ends jobs of which a shard failed too often. What is done of them is kept.

use std::sync::Arc;

use batches::wake;
use common::{Function, Platform, WorkerError};
use contract::resources::BATCH_DEAD_LETTER;
use store::BatchMessage;

const SENTENCE: &str = "A part of the file failed several times for a reason on our side. What was done is kept and what was not \
                        is not charged; start the job again to go on.";

pub fn function() -> Function {
    Function::queue(BATCH_DEAD_LETTER, handle)
}

async fn handle(platform: Arc<Platform>, body: String) -> Result<(), WorkerError> {
    let message: BatchMessage = match serde_json::from_str(&body) {
        Ok(message) => message,
        Err(error) => {
            tracing::error!(%error, "a dead letter is no message of ours; dropped");
            return Ok(());
        }
    };
    let jobs = platform.store.jobs();
    let Some(job) = jobs.find(&message.account, &message.job).await? else { return Ok(()) };
    // A letter of an earlier start says nothing about this one.
    let is_of_this_start = message.start.as_deref() == job.hold.as_ref().map(|hold| &hold.id[..]);
    if message.shard.is_some() && is_of_this_start && jobs.fail(&job, SENTENCE).await? {
        tracing::error!(job = job.id, account = job.account, "batch job stopped by a dead letter");
        wake(&platform.store, &job.account, &job.id).await?;
    }
    Ok(())
}
