//! Where a job's file goes: a form that S3 takes, or on one machine a path of the server that carries the credential itself, so
//! that `key` and `file` are enough.

use std::collections::BTreeMap;

use common::{ApiError, Cx, Platform};
use contract::classification::BatchUpload;
use contract::clock::seconds;
use contract::limits::{BATCH_LINK_SECONDS, MAX_BATCH_UPLOAD};
use store::{Form, JobRecord};

use crate::Places;

/// Start of the paths that take uploads.
const PATH: &str = "/uploads/";
/// Under which the ring of file keys signs uploads: no name of a file.
const NAME: &str = "upload of a batch job";

/// Fresh fields for the upload of a job.
pub async fn upload(cx: &Cx, job: &JobRecord) -> Result<BatchUpload, ApiError> {
    let key = Places(&job.id).input();
    let now_ms = cx.now_ms();
    let expires_ms = now_ms + i64::try_from(BATCH_LINK_SECONDS).unwrap_or(0) * 1000;
    let form = match &cx.store.forms {
        Some(signer) => signer.form(&cx.store, &key, MAX_BATCH_UPLOAD, (now_ms, expires_ms)).await?,
        None => Form {
            url: format!("{}{PATH}{}", cx.base_url, cx.file_keys.token(&key, NAME, expires_ms / 1000)),
            fields: BTreeMap::from([("key".to_owned(), key.clone())]),
        },
    };
    Ok(BatchUpload {
        job_id: job.id.clone(),
        upload_url: form.url,
        upload_fields: form.fields,
        input_key: key,
        upload_expires_at: seconds(expires_ms),
    })
}

/// The key that an upload to this path may write; `None` for a path that takes none, or not any more.
pub fn verify_upload(platform: &Platform, path: &str) -> Option<String> {
    let token = path.strip_prefix(PATH)?;
    platform.file_keys.verify(token, NAME, platform.now_ms() / 1000)
}
