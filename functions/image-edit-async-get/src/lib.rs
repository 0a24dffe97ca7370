//! Shows a task; with `?wait=` holds the answer until it has ended.

use std::time::{Duration, Instant};

use common::{ApiError, Cx, Function, Request, Response};
use contract::ErrorKind;
use contract::endpoints::IMAGE_EDIT_ASYNC_GET;
use contract::tasks::{TaskQuery, TaskReport};

/// How often a waiting call looks, where no worker of this process rings first.
const LOOK: Duration = Duration::from_millis(500);

pub fn function() -> Function {
    Function::http(IMAGE_EDIT_ASYNC_GET, handle)
}

async fn handle(cx: Cx, req: Request<TaskQuery>) -> Result<Response<TaskReport>, ApiError> {
    let until = Instant::now() + Duration::from_secs(req.wait.unwrap_or(0).into());
    loop {
        let ended = cx.task_ended.notified();
        let task = cx
            .store
            .tasks()
            .find(cx.account(), req.id)
            .await?
            .ok_or_else(|| ApiError::new(ErrorKind::TaskNotFound))?;
        let left = until.saturating_duration_since(Instant::now());
        if task.status.ended() || left.is_zero() {
            return Ok(task.report()?.into());
        }
        // Whether it rang or the time is over, the next round looks.
        tokio::time::timeout(left.min(LOOK), ended).await.unwrap_or_default();
    }
}
