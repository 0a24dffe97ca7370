//! Deletes an upload with its file.

use common::{ApiError, Cx, Function, Request, Response};
use contract::endpoints::UPLOAD_DELETE;
use contract::platform::uploads::{UploadDeleted, UploadRef};
use uploads::find;

pub fn function() -> Function {
    Function::http(UPLOAD_DELETE, handle)
}

async fn handle(cx: Cx, req: Request<UploadRef>) -> Result<Response<UploadDeleted>, ApiError> {
    let upload = find(&cx, &req.id).await?;
    cx.store.uploads().delete(&upload).await?;
    Ok(UploadDeleted { id: upload.id, deleted: true }.into())
}
