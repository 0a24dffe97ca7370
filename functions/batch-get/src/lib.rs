//! Shows a batch job.

use batches::find;
use common::{ApiError, Cx, Function, Request, Response};
use contract::classification::{JobRef, JobReport};
use contract::endpoints::BATCH_GET;

pub fn function() -> Function {
    Function::http(BATCH_GET, handle)
}

async fn handle(cx: Cx, req: Request<JobRef>) -> Result<Response<JobReport>, ApiError> {
    let job = find(&cx, &req.job_id).await?;
    Ok(job.report(cx.now_ms()).into())
}
