//! Shows a batch of edits; with `?wait=` holds the answer until it has ended.

use std::time::{Duration, Instant};

use common::{ApiError, Cx, Function, Request, Response};
use contract::endpoints::IMAGE_EDIT_BATCH_GET;
use contract::images::BatchReport;
use contract::tasks::TaskQuery;
use edit_batches::{find, report};

/// How often a waiting call looks, where no worker of this process rings first.
const LOOK: Duration = Duration::from_millis(500);

pub fn function() -> Function {
    Function::http(IMAGE_EDIT_BATCH_GET, handle)
}

async fn handle(cx: Cx, req: Request<TaskQuery>) -> Result<Response<BatchReport>, ApiError> {
    let until = Instant::now() + Duration::from_secs(req.wait.unwrap_or(0).into());
    loop {
        let ended = cx.task_ended.notified();
        let batch = find(&cx, req.id).await?;
        let left = until.saturating_duration_since(Instant::now());
        if batch.phase.ended() || left.is_zero() {
            return Ok(report(&cx, batch, &cx.base_url).await?.into());
        }
        // Whether it rang or the time is over, the next round looks.
        tokio::time::timeout(left.min(LOOK), ended).await.unwrap_or_default();
    }
}
