//! Cancels a task. Whoever ends it first wins: a worker that comes later finds its lease gone and charges nothing.

use common::{ApiError, Cx, Function, Request, Response};
use contract::ErrorKind;
use contract::clock::micros;
use contract::endpoints::IMAGE_EDIT_ASYNC_DELETE;
use contract::tasks::{Task, TaskRef, TaskStatus};
use store::Verdict;

pub fn function() -> Function {
    Function::http(IMAGE_EDIT_ASYNC_DELETE, handle)
}

async fn handle(cx: Cx, req: Request<TaskRef>) -> Result<Response<Task>, ApiError> {
    let tasks = cx.store.tasks();
    let task =
        tasks.find(cx.account(), req.id).await?.ok_or_else(|| ApiError::new(ErrorKind::TaskNotFound))?;
    if task.status.ended() || !tasks.end(&task, None, Verdict::Cancelled, cx.now_ms()).await? {
        return Err(ApiError::new(ErrorKind::TaskFinished));
    }
    cx.task_ended.notify_waiters();
    let cancelled = Task {
        id: task.id,
        status: TaskStatus::Cancelled,
        result_url: format!("{}{}/image/edit/async/{}", cx.base_url, cx.prefix, task.id),
        created_at: micros(task.created_at_ms),
        request: serde_json::from_str(&task.request).map_err(ApiError::internal)?,
    };
    Ok(cancelled.into())
}
