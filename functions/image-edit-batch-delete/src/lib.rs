//! Cancels a batch of edits. What is in work is finished, kept and charged; the worker that is last ends the batch.

use common::{ApiError, Commit, Cx, Function, Request, Response};
use contract::ErrorKind;
use contract::clock::micros;
use contract::endpoints::IMAGE_EDIT_BATCH_DELETE;
use contract::tasks::{Task, TaskRef, TaskStatus};
use edit_batches::{echo, find, result_url, told};
use store::EditBatchPhase;

pub fn function() -> Function {
    Function::http(IMAGE_EDIT_BATCH_DELETE, handle)
}

async fn handle(cx: Cx, req: Request<TaskRef>) -> Result<Response<Task>, ApiError> {
    let batch = find(&cx, req.id).await?;
    // Of a batch that stops only after what is in work, the worker tells.
    let told = told(&cx, &batch, EditBatchPhase::Cancelled).await?;
    let phase = match cx.store.edit_batches().cancel(&batch, told, cx.now_ms()).await? {
        Some(phase) => phase,
        // Asked twice is asked once.
        None if batch.phase == EditBatchPhase::Cancelling => batch.phase,
        None => return Err(ApiError::new(ErrorKind::TaskFinished)),
    };
    cx.task_ended.notify_waiters();
    let cancelled = Task {
        id: batch.id,
        status: TaskStatus::Cancelled,
        result_url: result_url(&cx.base_url, cx.prefix, batch.id),
        created_at: micros(batch.created_at_ms),
        request: echo(&cx.store, batch.id).await?,
    };
    let store = cx.store.clone();
    let send = async move {
        let look = batch.message(None);
        if phase == EditBatchPhase::Cancelling
            && let Err(error) = store.queues().send_edit_chunks(&[look], 0).await
        {
            tracing::warn!(batch = batch.id, %error, "message not sent; the sweep will");
        }
    };
    Ok(Response::from(cancelled).commit(Commit::default().then(send)))
}
