//! Deletes an extraction model. From the answer on it is unknown; a worker removes its requests and their data.

use common::{ApiError, Commit, Cx, Function, Request, Response};
use contract::ErrorKind;
use contract::endpoints::REQUEST_MODEL_DELETE;
use contract::extraction::{ModelDeleted, ModelRef};
use store::{ExtractMessage, Guard, TransactionError};

pub fn function() -> Function {
    Function::http(REQUEST_MODEL_DELETE, handle)
}

async fn handle(cx: Cx, req: Request<ModelRef>) -> Result<Response<ModelDeleted>, ApiError> {
    let found = cx.store.extractions().model(cx.account(), &req.model_id).await?;
    let model = found.ok_or_else(|| ApiError::new(ErrorKind::ResourceNotFound))?;
    let answer = ModelDeleted { id: model.id.clone(), deleted: true };
    let (store, message) = (cx.store.clone(), ExtractMessage::Purge(model.generation.clone()));
    let send = async move {
        if let Err(error) = store.queues().send_extracts(&[message]).await {
            tracing::warn!(error = %error, "message not sent; the sweep will");
        }
    };
    let now_ms = cx.now_ms();
    let commit = Commit::default()
        .write(move |store, all| store.extractions().delete_model(all, &model, now_ms))
        .or(|error: &TransactionError| {
            error.refused_by(Guard::Model).map(|_| ApiError::new(ErrorKind::ResourceNotFound))
        })
        .then(send);
    Ok(Response::from(answer).commit(commit))
}
