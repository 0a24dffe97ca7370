//! Uploads that a request names as its input.

use bytes::Bytes;
use common::{ApiError, Platform};
use contract::ErrorKind;
use contract::platform::uploads::UPLOAD_SCHEME;
use store::{Pinned, UploadRecord};

/// The id in `upload://id`; `None` for any other URI.
pub fn id_of(uri: &str) -> Option<&str> {
    uri.strip_prefix(UPLOAD_SCHEME)
}

/// The upload of an account, with the file that it is from now on.
///
/// # Errors
/// Where it is not theirs, is gone, or no file has arrived.
pub async fn pin(platform: &Platform, account: &str, id: &str) -> Result<(UploadRecord, Pinned), ApiError> {
    let uploads = platform.store.uploads();
    let unreachable = |sentence: &str| ApiError::because(ErrorKind::InputUnreachable, sentence);
    let found = uploads.find(account, id, platform.now_ms()).await?;
    let upload = found.ok_or_else(|| unreachable("The upload is not one of your account, or is gone."))?;
    let file = uploads.pin(&upload).await?;
    let file = file.ok_or_else(|| unreachable("No file has arrived for the upload."))?;
    Ok((upload, file))
}

/// The bytes of an upload of an account, at most so many.
///
/// # Errors
/// As [`pin`], and where the file is too large, was deleted, or was replaced after its first use.
pub async fn read(platform: &Platform, account: &str, id: &str, most_bytes: u64) -> Result<Bytes, ApiError> {
    let (upload, file) = pin(platform, account, id).await?;
    if file.bytes > most_bytes {
        let sentence = format!("The upload has {} bytes; at most {most_bytes} are taken.", file.bytes);
        return Err(ApiError::because(ErrorKind::InputTooLarge, sentence));
    }
    let bytes = platform.store.uploads().read(&upload, &file).await?;
    bytes.map_err(|_| {
        let sentence = "The file of the upload was deleted, or replaced after its first use.";
        ApiError::because(ErrorKind::InputUnreachable, sentence)
    })
}
