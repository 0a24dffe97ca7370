//! A request and what was extracted.

use common::{ApiError, Cx, Function, Request, Response};
use contract::ErrorKind;
use contract::endpoints::REQUEST_GET;
use contract::extraction::{RequestItem, RequestRef};

pub fn function() -> Function {
    Function::http(REQUEST_GET, handle)
}

async fn handle(cx: Cx, req: Request<RequestRef>) -> Result<Response<RequestItem>, ApiError> {
    let found = cx.store.extractions().find(cx.account(), &req.id).await?;
    let shown = found.map(|request| request.shown()).transpose()?.flatten();
    Ok(shown.ok_or_else(|| ApiError::new(ErrorKind::ResourceNotFound))?.into())
}
