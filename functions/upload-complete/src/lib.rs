//! Puts the parts of an upload together, and pins the file that they make. A call that is repeated finds it done.

use common::{ApiError, Cx, Function, Request, Response};
use contract::Fault;
use contract::endpoints::UPLOAD_COMPLETE;
use contract::platform::uploads::{Upload, UploadComplete};
use uploads::{find, shown};

pub fn function() -> Function {
    Function::http(UPLOAD_COMPLETE, handle)
}

async fn handle(cx: Cx, req: Request<UploadComplete>) -> Result<Response<Upload>, ApiError> {
    let upload = find(&cx, &req.id).await?;
    let uploads = cx.store.uploads();
    let Some(in_parts) = &upload.in_parts else {
        return Err(refused("the upload is one form: it is complete when the form has been taken"));
    };
    if uploads.arrived(&upload).await?.is_none() {
        if u64::try_from(req.parts.len()).unwrap_or(u64::MAX) != upload.parts() {
            return Err(refused(format!("parts must be all {} of the upload", upload.parts())));
        }
        let number = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
        let parts = req.parts.iter().map(|part| (number(part.number), part.etag.clone()));
        let mut parts: Vec<_> = parts.collect();
        parts.sort_unstable();
        let outcome = uploads.complete((&upload.file(), in_parts), parts.into_iter()).await?;
        // Two calls at the same time: the parts are gone for the second, and the file is there.
        if let Err(said) = outcome
            && uploads.arrived(&upload).await?.is_none()
        {
            return Err(refused(format!("the store refused the parts: {said}")));
        }
    }
    let file = uploads.pin(&upload).await?;
    Ok(shown(&upload, file.as_ref()).into())
}

fn refused(sentence: impl Into<String>) -> ApiError {
    ApiError::invalid(vec![Fault::other("parts", sentence)])
}
