//! Edits a picture that comes with the request.

use std::sync::Arc;

use common::{ApiError, Cx, Function, Request, Response};
use contract::endpoints::IMAGE_EDIT_UPLOAD;
use contract::images::{EditData, UploadEditRequest};
use contract::price::PRICES;
use editing::{Destination, Editor, Way, store_result};

pub fn function() -> Function {
    Function::with(IMAGE_EDIT_UPLOAD, Editor::load, handle).quoted(|_: &UploadEditRequest| PRICES.image_edit)
}

async fn handle(
    editor: Arc<Editor>,
    cx: Cx,
    req: Request<UploadEditRequest>,
) -> Result<Response<EditData>, ApiError> {
    let file = req
        .file
        .clone()
        .ok_or_else(|| ApiError::internal("the pipeline let a request without a file pass"))?;
    let output = req.output();
    let destination = Destination::open(&cx, cx.account(), &output, &cx.request_id, cx.deadline).await?;
    let edited = editor.edit(file.bytes, req.operations(), output, cx.deadline).await?;
    let way = Way::of_call(&cx, &file.name, destination.as_ref());
    let stored = store_result(&cx, way, edited).await?;
    Ok(stored.data.into())
}
