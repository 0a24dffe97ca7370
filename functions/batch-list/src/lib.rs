//! The newest batch jobs of the account.

use common::{ApiError, Cx, Function, Request, Response};
use contract::Nothing;
use contract::classification::JobRow;
use contract::endpoints::BATCH_LIST;
use contract::limits::MAX_LISTED_JOBS;

pub fn function() -> Function {
    Function::http(BATCH_LIST, handle)
}

async fn handle(cx: Cx, _: Request<Nothing>) -> Result<Response<Vec<JobRow>>, ApiError> {
    let jobs = cx.store.jobs().list(cx.account(), MAX_LISTED_JOBS).await?;
    Ok(jobs.iter().map(|job| job.row()).collect::<Vec<_>>().into())
}
