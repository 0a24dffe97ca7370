//! A page of a model's requests with their data, newest first.

use common::{ApiError, Cx, Function, Request, Response};
use contract::endpoints::REQUEST_LIST;
use contract::extraction::{Numbered, RequestItem, RequestQuery, Turn};

pub fn function() -> Function {
    Function::http(REQUEST_LIST, handle)
}

async fn handle(cx: Cx, req: Request<RequestQuery>) -> Result<Response<Numbered<RequestItem>>, ApiError> {
    let RequestQuery { model_id, page, size, q } = req.data;
    let model = requests::model(&cx, &model_id).await?;
    let turn = Turn::new(page, size);
    let found = match q.as_deref().filter(|wanted| !wanted.is_empty()) {
        Some(wanted) => cx.store.extractions().search(&model, wanted, turn).await?,
        None => cx.store.extractions().page(&model, turn).await?,
    };
    let items: Result<Vec<_>, _> = found.extractions.iter().map(|request| request.shown()).collect();
    Ok(turn.of(items?.into_iter().flatten().collect(), found.total).into())
}
