//! A job of the caller.

use common::{ApiError, Cx};
use contract::ErrorKind;
use store::JobRecord;

/// A job of the caller.
pub async fn find(cx: &Cx, id: &str) -> Result<JobRecord, ApiError> {
    let found = cx.store.jobs().find(cx.account(), id).await?;
    found.ok_or_else(|| ApiError::new(ErrorKind::JobNotFound))
}
