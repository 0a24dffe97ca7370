//! Fresh upload fields for a job that has not started: the first ones are good for an hour.

use batches::{find, upload};
use common::{ApiError, Cx, Function, Request, Response};
use contract::ErrorKind;
use contract::classification::{BatchUpload, JobRef, JobStatus};
use contract::endpoints::BATCH_UPLOAD;

pub fn function() -> Function {
    Function::http(BATCH_UPLOAD, handle)
}

async fn handle(cx: Cx, req: Request<JobRef>) -> Result<Response<BatchUpload>, ApiError> {
    let job = find(&cx, &req.job_id).await?;
    if job.phase.status() != JobStatus::Pending {
        return Err(ApiError::new(ErrorKind::JobState));
    }
    Ok(upload(&cx, &job).await?.into())
}
