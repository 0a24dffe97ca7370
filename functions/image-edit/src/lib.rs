//! Edits a picture while the caller waits.

use std::sync::Arc;

use common::{ApiError, Cx, Function, Request, Response};
use contract::endpoints::IMAGE_EDIT;
use contract::images::{EditData, EditRequest};
use contract::price::PRICES;
use editing::{Editor, from_url, store_result};

pub fn function() -> Function {
    Function::with(IMAGE_EDIT, Editor::load, handle).quoted(|_: &EditRequest| PRICES.image_edit)
}

async fn handle(
    editor: Arc<Editor>,
    cx: Cx,
    req: Request<EditRequest>,
) -> Result<Response<EditData>, ApiError> {
    let edited = editor
        .edit_uri((&cx, cx.account()), &req.input, req.operations.clone(), req.output(), cx.deadline)
        .await?;
    let name = from_url(&req.input, &edited.output.ext);
    let stored = store_result(&cx, cx.account(), &cx.base_url, edited, &name).await?;
    Ok(stored.data.into())
}
