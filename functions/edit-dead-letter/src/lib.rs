//! Ends tasks whose message failed too often: ERROR, hold released.

use std::sync::Arc;

use common::{Function, Platform, WorkerError};
use contract::clock::micros;
use contract::resources::EDIT_DEAD_LETTER;
use contract::tasks::TaskError;
use store::{Message, Verdict};

const SENTENCE: &str = "The edit failed several times for a reason on our side. Nothing was charged.";

pub fn function() -> Function {
    Function::queue(EDIT_DEAD_LETTER, handle)
}

async fn handle(platform: Arc<Platform>, body: String) -> Result<(), WorkerError> {
    let message: Message = match serde_json::from_str(&body) {
        Ok(message) => message,
        Err(error) => {
            tracing::error!(error = %error, "a dead letter is no message of ours; dropped");
            return Ok(());
        }
    };
    let Some(task) = platform.store.tasks().load(message.task).await? else { return Ok(()) };
    let now_ms = platform.now_ms();
    let errors = [TaskError { error: SENTENCE.into(), created_at: micros(now_ms), input_object: None }];
    let errors = serde_json::to_string(&errors).map_err(WorkerError::new)?;
    if platform.store.tasks().end(&task, None, Verdict::Error { errors }, now_ms).await? {
        tracing::error!(task = task.id, account = task.account, "task ended by its dead letter");
        platform.task_ended.notify_waiters();
    }
    Ok(())
}
