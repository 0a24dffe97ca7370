//! Fresh addresses for an upload: the first ones are good for an hour.

use common::{ApiError, Cx, Function, Request, Response};
use contract::ErrorKind;
use contract::endpoints::UPLOAD_RENEW;
use contract::platform::uploads::{UploadRef, UploadTarget};
use uploads::{find, target};

pub fn function() -> Function {
    Function::http(UPLOAD_RENEW, handle)
}

async fn handle(cx: Cx, req: Request<UploadRef>) -> Result<Response<UploadTarget>, ApiError> {
    let upload = find(&cx, &req.id).await?;
    if cx.store.uploads().arrived(&upload).await?.is_some() {
        return Err(ApiError::new(ErrorKind::UploadArrived));
    }
    Ok(target(&cx, &upload).await?.into())
}
