//! One upload.

use common::{ApiError, Cx, Function, Request, Response};
use contract::endpoints::UPLOAD_GET;
use contract::platform::uploads::{Upload, UploadRef};
use uploads::{find, shown};

pub fn function() -> Function {
    Function::http(UPLOAD_GET, handle)
}

async fn handle(cx: Cx, req: Request<UploadRef>) -> Result<Response<Upload>, ApiError> {
    let upload = find(&cx, &req.id).await?;
    let file = cx.store.uploads().arrived(&upload).await?;
    Ok(shown(&upload, file.as_ref()).into())
}
