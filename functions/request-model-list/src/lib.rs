//! A page of the account's extraction models, newest first.

use common::{ApiError, Cx, Function, Request, Response};
use contract::endpoints::REQUEST_MODEL_LIST;
use contract::extraction::{ExtractionModel, ModelQuery, Numbered, Turn};

pub fn function() -> Function {
    Function::http(REQUEST_MODEL_LIST, handle)
}

async fn handle(cx: Cx, req: Request<ModelQuery>) -> Result<Response<Numbered<ExtractionModel>>, ApiError> {
    let turn = Turn::new(req.page, req.size);
    let (models, total) = cx.store.extractions().models(cx.account(), turn).await?;
    let models: Result<Vec<_>, _> = models.into_iter().map(requests::model_shown).collect();
    Ok(turn.of(models?, total).into())
}
