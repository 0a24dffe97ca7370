//! A call that takes too long is 504 and free.

use contract::{ErrorKind, Size};

use super::call::Call;
use crate::ApiError;

pub(crate) async fn within<T>(
    call: &Call,
    work: impl Future<Output = Result<T, ApiError>>,
) -> Result<T, ApiError> {
    match tokio::time::timeout_at(call.deadline.into(), work).await {
        Ok(result) => result,
        Err(_) => Err(exceeded(call)),
    }
}

fn exceeded(call: &Call) -> ApiError {
    match call.route.size {
        Size::Pictures => ApiError::because(
            ErrorKind::DeadlineExceeded,
            format!(
                "The edit took too long. Nothing was charged; use POST {}/image/edit/async.",
                call.context().prefix
            ),
        ),
        Size::Light | Size::Models => ApiError::new(ErrorKind::DeadlineExceeded),
    }
}
