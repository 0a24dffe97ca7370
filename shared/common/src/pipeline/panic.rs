//! A panic is a logged 500 that releases its hold.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;

use crate::ApiError;

pub(crate) async fn caught<T>(work: impl Future<Output = Result<T, ApiError>>) -> Result<T, ApiError> {
    // Why unwind safe: after a panic only the call's own state is looked at, and every step leaves that whole.
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(result) => result,
        Err(panic) => Err(ApiError::internal(format!("panic: {}", message(&*panic)))),
    }
}

/// What a panic said.
pub fn message(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("?")
}
