//! Uploads.

use serde_json::json;

use crate::endpoint::Endpoint;
use crate::platform::uploads::{
    Upload, UploadComplete, UploadCreate, UploadDeleted, UploadRef, UploadTarget,
};
use crate::resources::Needs::{FileKeys, UploadFiles, Uploads};
use crate::{ErrorKind, Scope};

/// An upload is good for whatever takes inputs.
const OTHERS: &[Scope] = &[Scope::Classify, Scope::Extract, Scope::Jobs];

pub const UPLOAD_CREATE: Endpoint<UploadCreate, UploadTarget> =
    Endpoint::post("upload-create", "/v1/uploads")
        .scope(Scope::ImageEditing)
        .or_scopes(OTHERS)
        .summary("An upload, and where its file goes")
        .creates()
        .needs(&[Uploads, UploadFiles, FileKeys])
        .secret_answer()
        .example(|| json!({"filename": "photo.jpg", "content_type": "image/jpeg", "size": 48_213}))
        .fails(&[ErrorKind::UploadQuotaReached]);

pub const UPLOAD_GET: Endpoint<UploadRef, Upload> = Endpoint::get("upload-get", "/v1/uploads/{id}")
    .scope(Scope::ImageEditing)
    .or_scopes(OTHERS)
    .summary("An upload: whether its file has arrived")
    .needs(&[Uploads, UploadFiles])
    .fails(&[ErrorKind::UploadNotFound]);

pub const UPLOAD_COMPLETE: Endpoint<UploadComplete, Upload> =
    Endpoint::post("upload-complete", "/v1/uploads/{id}/complete")
        .scope(Scope::ImageEditing)
        .or_scopes(OTHERS)
        .summary("Put the parts of an upload together")
        .needs(&[Uploads, UploadFiles])
        .example(|| json!({"parts": [{"number": 1, "etag": "\"5d41402abc4b2a76b9719d911017c592\""}]}))
        .fails(&[ErrorKind::UploadNotFound]);

pub const UPLOAD_RENEW: Endpoint<UploadRef, UploadTarget> =
    Endpoint::post("upload-renew", "/v1/uploads/{id}/renew")
        .scope(Scope::ImageEditing)
        .or_scopes(OTHERS)
        .summary("Fresh addresses for an upload whose file has not arrived")
        .no_body()
        .needs(&[Uploads, UploadFiles, FileKeys])
        .secret_answer()
        .fails(&[ErrorKind::UploadNotFound, ErrorKind::UploadArrived]);

pub const UPLOAD_DELETE: Endpoint<UploadRef, UploadDeleted> =
    Endpoint::delete("upload-delete", "/v1/uploads/{id}")
        .scope(Scope::ImageEditing)
        .or_scopes(OTHERS)
        .summary("Delete an upload with its file")
        .needs(&[Uploads, UploadFiles])
        .fails(&[ErrorKind::UploadNotFound]);
