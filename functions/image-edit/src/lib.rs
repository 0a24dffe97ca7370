//! Edits a picture while the caller waits.

use std::sync::Arc;

use common::{ApiError, Cx, Function, Request, Response};
use contract::endpoints::IMAGE_EDIT;
use contract::images::{EditData, EditRequest};
use contract::price::PRICES;
use editing::{Destination, Editor, Way, store_result};

pub fn function() -> Function {
    Function::with(IMAGE_EDIT, Editor::load, handle).quoted(|_: &EditRequest| PRICES.image_edit)
}

async fn handle(
    editor: Arc<Editor>,
    cx: Cx,
    req: Request<EditRequest>,
) -> Result<Response<EditData>, ApiError> {
    let output = req.output();
    let destination = Destination::open(&cx, cx.account(), &output, &cx.request_id, cx.deadline).await?;
    let edited =
        editor.edit_uri((&cx, cx.account()), &req.input, req.operations.clone(), output, cx.deadline).await?;
    let way = Way::of_call(&cx, &req.input, destination.as_ref());
    let stored = store_result(&cx, way, edited).await?;
    Ok(stored.data.into())
}
