//! Size and kind of the body, before anything is read of it.

use contract::{ErrorKind, Input};

use super::call::Call;
use crate::{ApiError, Unread};

/// Seconds after which there may be room again.
const RETRY_AFTER: u64 = 2;

pub(crate) fn check(call: &Call) -> Result<(), ApiError> {
    let (max, media) = match call.route.input {
        Input::Parameters => return Ok(()),
        Input::Json { max_bytes } => (max_bytes, "application/json"),
        Input::Multipart { max_bytes } => (max_bytes, "multipart/form-data"),
    };
    if call.unread == Some(Unread::OverLimit) || call.body.len() > max {
        return Err(too_large(max));
    }
    match call.unread {
        Some(Unread::Broken) => {
            let sentence = "The body did not arrive whole: it is malformed, or came too slowly.";
            return Err(ApiError::because(ErrorKind::MalformedBody, sentence));
        }
        Some(Unread::NoRoom) => return Err(ApiError::new(ErrorKind::Overloaded).retry_after(RETRY_AFTER)),
        Some(Unread::OverLimit) | None => {}
    }
    let sent = call
        .header(http::header::CONTENT_TYPE)
        .map(|full| full.split(';').next().unwrap_or("").trim().to_ascii_lowercase());
    let fits = match sent.as_deref() {
        None => call.body.is_empty() || media == "application/json",
        Some(sent) if media == "application/json" => {
            sent == media || (sent.starts_with("application/") && sent.ends_with("+json"))
        }
        Some(sent) => sent == media,
    };
    if fits || (call.body.is_empty() && media == "application/json") {
        return Ok(());
    }
    Err(ApiError::because(
        ErrorKind::UnsupportedMediaType,
        format!("Unsupported content type. Send {media}."),
    ))
}

/// A body over `max` bytes.
fn too_large(max: usize) -> ApiError {
    ApiError::because(
        ErrorKind::BodyTooLarge,
        format!("The body is over the limit of {max} bytes. Send large inputs by URL."),
    )
}
