//! Where a job's file goes.

use common::{ApiError, Cx};
use contract::classification::BatchUpload;
use contract::clock::seconds;
use contract::limits::MAX_BATCH_UPLOAD;
use store::JobRecord;

use crate::Places;

/// Fresh fields for the upload of a job.
pub async fn upload(cx: &Cx, job: &JobRecord) -> Result<BatchUpload, ApiError> {
    let key = Places(&job.id).input();
    let (form, expires_ms) = uploads::form(cx, &key, MAX_BATCH_UPLOAD).await?;
    Ok(BatchUpload {
        job_id: job.id.clone(),
        upload_url: form.url,
        upload_fields: form.fields,
        input_key: key,
        upload_expires_at: seconds(expires_ms),
    })
}
