//! Makes a batch job: what is to be done with each line is resolved now, and the upload may begin.

use batches::{Recipe, new_id, upload};
use common::{ApiError, Commit, Cx, Function, Request, Response};
use contract::classification::{BatchCreate, BatchUpload};
use contract::endpoints::BATCH_CREATE;
use store::{JobRecord, NewJob};

pub fn function() -> Function {
    Function::http(BATCH_CREATE, handle)
}

async fn handle(cx: Cx, req: Request<BatchCreate>) -> Result<Response<BatchUpload>, ApiError> {
    let recipe = Recipe::of(&cx, &req.data).await?;
    let job = JobRecord::new(NewJob {
        id: new_id(cx.now_ms()),
        account: cx.account().to_owned(),
        mode: recipe.mode,
        priority: recipe.priority,
        base_url: cx.base_url.clone(),
        created_at_ms: cx.now_ms(),
    });
    let kept = serde_json::to_string(&recipe).map_err(ApiError::internal)?;
    let answer = upload(&cx, &job).await?;
    let commit = Commit::default().write(move |store, all| store.jobs().create(all, &job, &kept));
    Ok(Response::from(answer).commit(commit))
}
