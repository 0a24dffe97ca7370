//! Begins an upload: one form, or a file in parts.

use common::{ApiError, Commit, Cx, Function, Request, Response};
use contract::ErrorKind;
use contract::endpoints::UPLOAD_CREATE;
use contract::platform::uploads::{UploadCreate, UploadTarget};
use store::{Guard, TransactionError, UploadRecord};
use uploads::{new_id, target};

pub fn function() -> Function {
    Function::http(UPLOAD_CREATE, handle)
}

async fn handle(cx: Cx, req: Request<UploadCreate>) -> Result<Response<UploadTarget>, ApiError> {
    let mut upload = UploadRecord {
        id: new_id(),
        account: cx.account().to_owned(),
        filename: req.filename.clone(),
        content_type: req.content_type.clone(),
        size: req.size,
        in_parts: None,
        pinned: None,
        created_at_ms: cx.now_ms(),
    };
    cx.store.uploads().recount(&upload, cx.now_ms()).await?;
    if req.is_in_parts() {
        // Where the quota refuses it after this, the bucket's rule for unfinished uploads takes it away.
        let begun = cx.store.batch_files().begin_parts(&upload.file(), req.content_type.as_deref()).await?;
        upload.in_parts = Some(begun);
    }
    let answer = target(&cx, &upload).await?;
    let commit = Commit::default().write(move |store, all| store.uploads().create(all, &upload)).or(refused);
    Ok(Response::from(answer).commit(commit))
}

fn refused(error: &TransactionError) -> Option<ApiError> {
    error.refused_by(Guard::UploadQuota).map(|_| ApiError::new(ErrorKind::UploadQuotaReached))
}
