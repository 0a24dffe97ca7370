//! A picture or a document as bytes: out of the body, or fetched through the guard.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use common::{ApiError, Platform, base64};
use contract::ErrorKind;
use editing::{Editor, Input as Read};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes of the inputs of all calls of a process: beyond it a call is 503.
const MOST_HELD: usize = 400_000_000;
/// Bytes a permit of that stands for.
const UNIT: usize = 64 * 1024;
/// Seconds after which there may be room again.
const RETRY_AFTER: u64 = 2;

/// A picture or a document.
pub struct Input {
    /// As a client would find it, as in `image 2`.
    pub name: String,
    pub bytes: Bytes,
    _room: Option<OwnedSemaphorePermit>,
}

impl Input {
    /// Of a file that no call has sent, and that nobody counts.
    pub fn of(name: String, bytes: Bytes) -> Self {
        Self { name, bytes, _room: None }
    }
}

/// Room for the inputs of all calls. One a process.
struct Room(Arc<Semaphore>);

impl Room {
    fn load(_: &Platform) -> Result<Self, ApiError> {
        Ok(Self(Arc::new(Semaphore::new(MOST_HELD / UNIT))))
    }

    /// Why not waiting: who waits holds what came before, and the others wait for that.
    fn take(&self, bytes: usize) -> Result<OwnedSemaphorePermit, ApiError> {
        let permits = u32::try_from(bytes.div_ceil(UNIT)).map_err(ApiError::internal)?;
        let full = |error| ApiError::new(ErrorKind::Overloaded).retry_after(RETRY_AFTER).with_source(error);
        self.0.clone().try_acquire_many_owned(permits).map_err(full)
    }
}

/// Whose inputs are read, and until when.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    pub platform: &'a Platform,
    pub account: &'a str,
    pub deadline: Instant,
}

impl Reader<'_> {
    /// Bytes that are there already, as an input.
    ///
    /// # Errors
    /// Where there is no room for them.
    pub fn hold(&self, name: String, bytes: Bytes) -> Result<Input, ApiError> {
        let _room = Some(self.platform.shared(Room::load)?.take(bytes.len())?);
        Ok(Input { name, bytes, _room })
    }

    /// Reads a URL or base64, with or without a `data:` prefix, of at most so many bytes.
    ///
    /// # Errors
    /// What cannot be fetched, is too large, or is neither a URL nor base64.
    pub async fn read(&self, name: String, text: &str, most: usize) -> Result<Input, ApiError> {
        let room = self.platform.shared(Room::load)?;
        if !text.starts_with("data:") && text.contains("://") {
            let editor = self.platform.shared(Editor::load)?;
            let read = editor.read((self.platform, self.account), text, most as u64, self.deadline);
            let Read { bytes, place: _place } = read.await.map_err(|error| {
                let error = ApiError::from(error);
                ApiError { message: format!("{name}: {}", error.message), ..error }
            })?;
            // The place among what is fetched goes when the room is taken: so what is read is always counted.
            let _room = Some(room.take(bytes.len())?);
            return Ok(Input { name, bytes, _room });
        }
        let encoded = base64::encoded(text).ok_or_else(|| neither(&name))?;
        if encoded.len() / 4 * 3 > most + most / 50 {
            return Err(too_large(&name, most));
        }
        let _room = Some(room.take(encoded.len() / 4 * 3 + 3)?);
        let bytes = base64::decode(encoded).ok_or_else(|| neither(&name))?;
        if bytes.len() > most {
            return Err(too_large(&name, most));
        }
        Ok(Input { name, bytes: bytes.into(), _room })
    }
}

fn neither(name: &str) -> ApiError {
    let sentence = format!("{name}: it is neither a URL nor base64.");
    ApiError::because(ErrorKind::InputNotAPicture, sentence)
}

/// Why more bytes than that are refused.
pub fn too_large(name: &str, most: usize) -> ApiError {
    let sentence = format!("{name}: at most {} MB are taken.", most / 1_000_000);
    ApiError::because(ErrorKind::InputTooLarge, sentence)
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} bytes", self.name, self.bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_of_all_calls_have_so_much_room_and_no_more() {
        let room = Room(Arc::new(Semaphore::new(4)));
        let first = room.take(3 * UNIT).unwrap();
        assert_eq!(room.take(UNIT + 1).unwrap_err().kind, ErrorKind::Overloaded);
        drop(first);
        assert!(room.take(4 * UNIT).is_ok());
    }
}
