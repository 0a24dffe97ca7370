//! Asks a job to stop. What is in work is finished, kept and charged; the worker that is last ends the job.

use batches::{find, wake};
use common::{ApiError, Commit, Cx, Function, Request, Response};
use contract::ErrorKind;
use contract::classification::{JobRef, JobState};
use contract::endpoints::BATCH_CANCEL;
use store::JobPhase;

pub fn function() -> Function {
    Function::http(BATCH_CANCEL, handle)
}

async fn handle(cx: Cx, req: Request<JobRef>) -> Result<Response<JobState>, ApiError> {
    let job = find(&cx, &req.job_id).await?;
    let phase = match cx.store.jobs().cancel(&job, cx.now_ms()).await? {
        Some(phase) => phase,
        // Asked twice is asked once.
        None if job.phase == JobPhase::Cancelling => job.phase,
        None => return Err(ApiError::because(ErrorKind::JobState, "The job has ended, or is about to.")),
    };
    let (store, account, id) = (cx.store.clone(), job.account.clone(), job.id.clone());
    let send = async move {
        if phase == JobPhase::Cancelling
            && let Err(error) = wake(&store, &account, &id).await
        {
            tracing::warn!(job = id, %error, "message not sent; the sweep will");
        }
    };
    let answer = JobState { job_id: job.id, status: phase.status() };
    Ok(Response::from(answer).commit(Commit::default().then(send)))
}
