//! An upload as its owner sees it.

use common::{ApiError, Cx};
use contract::ErrorKind;
use contract::clock::seconds;
use contract::limits::{LINK_SECONDS, MAX_FORM_UPLOAD, UPLOAD_PART};
use contract::platform::uploads::{
    UPLOAD_SCHEME, Upload, UploadMethod, UploadPart, UploadStatus, UploadTarget,
};
use store::{Pinned, UploadRecord};

use crate::form;

/// Not guessable.
pub fn new_id() -> String {
    format!("upload_{}", uuid::Uuid::new_v4().simple())
}

/// An upload of the caller.
pub async fn find(cx: &Cx, id: &str) -> Result<UploadRecord, ApiError> {
    let found = cx.store.uploads().find(cx.account(), id, cx.now_ms()).await?;
    found.ok_or_else(|| ApiError::new(ErrorKind::UploadNotFound))
}

/// `file`: what has arrived.
pub fn shown(upload: &UploadRecord, file: Option<&Pinned>) -> Upload {
    Upload {
        id: upload.id.clone(),
        uri: uri(upload),
        status: if file.is_some() { UploadStatus::Ready } else { UploadStatus::Pending },
        filename: upload.filename.clone(),
        content_type: upload.content_type.clone(),
        size: file.map(|file| file.bytes).or(upload.size),
        created_at: seconds(upload.created_at_ms),
        expires_at: seconds(upload.expires_ms()),
    }
}

/// Fresh addresses for its file.
pub async fn target(cx: &Cx, upload: &UploadRecord) -> Result<UploadTarget, ApiError> {
    let target = UploadTarget {
        id: upload.id.clone(),
        uri: uri(upload),
        method: UploadMethod::Post,
        url: None,
        fields: None,
        parts: None,
        part_size: None,
        urls_expire_at: seconds(cx.now_ms() + LINK_SECONDS * 1000),
        expires_at: seconds(upload.expires_ms()),
    };
    let file = upload.file();
    let Some(in_parts) = &upload.in_parts else {
        let most = upload.size.unwrap_or(MAX_FORM_UPLOAD);
        let (form, expires_ms) = form(cx, &file, most).await?;
        let urls_expire_at = seconds(expires_ms);
        return Ok(UploadTarget { url: Some(form.url), fields: Some(form.fields), urls_expire_at, ..target });
    };
    let mut parts = Vec::new();
    for number in (1u32..).take(usize::try_from(upload.parts()).unwrap_or(0)) {
        let part = i32::try_from(number).map_err(ApiError::internal)?;
        let bytes = i64::try_from(upload.part_bytes(number.into())).map_err(ApiError::internal)?;
        let url = cx.store.uploads().part_link((&file, in_parts), (part, bytes), LINK_SECONDS).await?;
        parts.push(UploadPart { number, url });
    }
    Ok(UploadTarget { method: UploadMethod::Put, parts: Some(parts), part_size: Some(UPLOAD_PART), ..target })
}

fn uri(upload: &UploadRecord) -> String {
    format!("{UPLOAD_SCHEME}{}", upload.id)
}
