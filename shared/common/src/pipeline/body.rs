//! Size and kind of the body, before anything is read of it.

use contract::{ErrorKind, Input};

use super::call::Call;
use crate::{ApiError, Unread};

const FORM: &str = "multipart/form-data";
/// Seconds after which there may be room again.
const RETRY_AFTER: u64 = 2;

pub(crate) fn check(call: &Call) -> Result<(), ApiError> {
    let sent = media(call);
    let (max, media) = match call.route.input {
        Input::Parameters => return Ok(()),
        Input::Form { max_bytes, .. } if is_form(call) => (max_bytes, FORM),
        Input::Json { max_bytes } | Input::Form { max_bytes, .. } => (max_bytes, "application/json"),
        Input::Multipart { max_bytes } => (max_bytes, FORM),
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
    let or_form = if matches!(call.route.input, Input::Form { .. }) { " or multipart/form-data" } else { "" };
    Err(ApiError::because(
        ErrorKind::UnsupportedMediaType,
        format!("Unsupported content type. Send {media}{or_form}."),
    ))
}

/// The media type of the body, without its parameters.
fn media(call: &Call) -> Option<String> {
    let full = call.header(http::header::CONTENT_TYPE)?;
    Some(full.split(';').next().unwrap_or("").trim().to_ascii_lowercase())
}

/// Whether the body says that it is multipart/form-data.
pub(crate) fn is_form(call: &Call) -> bool {
    media(call).as_deref() == Some(FORM)
}

/// A body over `max` bytes.
fn too_large(max: usize) -> ApiError {
    ApiError::because(
        ErrorKind::BodyTooLarge,
        format!("The body is over the limit of {max} bytes. Send large inputs by URL."),
    )
}
