//! Links to the results of a job that has ended, whatever its end.

use batches::{Places, find};
use common::{ApiError, Cx, Function, Request, Response};
use contract::ErrorKind;
use contract::classification::{JobRef, JobResults};
use contract::endpoints::BATCH_RESULTS;
use contract::limits::LINK_SECONDS;

pub fn function() -> Function {
    Function::http(BATCH_RESULTS, handle)
}

async fn handle(cx: Cx, req: Request<JobRef>) -> Result<Response<JobResults>, ApiError> {
    let job = find(&cx, &req.job_id).await?;
    // A job that was cancelled before its start has none either.
    if job.phase.status().is_running() || job.results_bytes.is_none() {
        return Err(ApiError::because(ErrorKind::JobState, "The job has no results yet."));
    }
    let (files, places) = (cx.store.results(), Places(&job.id));
    let download_url = files.link(&places.results(), LINK_SECONDS).await?;
    let errors_url = match job.errors_bytes {
        Some(bytes) if bytes > 0 => Some(files.link(&places.errors(), LINK_SECONDS).await?),
        _ => None,
    };
    Ok(JobResults { job_id: job.id, download_url, errors_url }.into())
}
