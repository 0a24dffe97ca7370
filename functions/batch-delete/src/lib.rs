//! Deletes a job with its files.

use batches::{Places, find, tell};
use common::{ApiError, Cx, Function, Request, Response};
use contract::ErrorKind;
use contract::classification::{JobDeleted, JobRef};
use contract::endpoints::BATCH_DELETE;

pub fn function() -> Function {
    Function::http(BATCH_DELETE, handle)
}

async fn handle(cx: Cx, req: Request<JobRef>) -> Result<Response<JobDeleted>, ApiError> {
    let job = find(&cx, &req.job_id).await?;
    // Who had just ended it may not have come to it yet.
    tell(&cx.platform, &job).await?;
    if !cx.store.jobs().delete(&job).await? {
        return Err(ApiError::because(ErrorKind::JobState, "The job is being processed; cancel it first."));
    }
    // What a crash leaves here has no job any more and expires by itself.
    let (files, places) = (cx.store.batch_files(), Places(&job.id));
    files.delete(&places.input()).await?;
    files.delete_all(&places.all()).await?;
    Ok(JobDeleted { job_id: job.id, deleted: true }.into())
}
