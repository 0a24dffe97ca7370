//! Edits a picture that comes with the request.

use std::sync::Arc;

use common::{ApiError, Cx, Function, Request, Response};
use contract::endpoints::IMAGE_EDIT_UPLOAD;
use contract::images::{EditData, UploadEditRequest};
use contract::price::PRICES;
use editing::{Editor, from_upload, store_result};

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
    let edited = editor.edit(file.bytes, req.operations(), req.output(), cx.deadline).await?;
    let name = from_upload(&file.name, &edited.output.ext);
    let stored = store_result(&cx, cx.account(), &cx.base_url, edited, &name).await?;
    Ok(stored.data.into())
}
