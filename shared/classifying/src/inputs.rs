//! Pictures and a document of a call, as bytes: out of the body, or fetched through the guard.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use common::{ApiError, Cx};
use contract::classification::Options;
use contract::limits::{MAX_DOCUMENT_BYTES, MAX_IMAGE_BYTES, MAX_IMAGES_BYTES};
use engine::{Input, Reader, too_large};
use futures::{StreamExt, TryStreamExt};
use ring::digest::{SHA256, digest};
use serde::Serialize;

use crate::seen::Measured;

/// Fetched at the same time for one call.
const AT_ONCE: usize = 4;
/// What a call shows beside its text.
#[derive(Debug)]
pub(crate) struct Inputs {
    pub images: Vec<Input>,
    pub file: Option<Input>,
    /// Of the call: what is opened before it is priced is opened for it alone.
    pub deadline: Instant,
    /// Known once the call is priced.
    pub measured: OnceLock<Measured>,
}

/// SHA-256 of each input, in hexadecimal digits.
#[derive(Debug, Serialize)]
pub(crate) struct Digests {
    images: Vec<String>,
    file: Option<String>,
}

impl Inputs {
    /// Those of a request; `None` where it has none.
    ///
    /// # Errors
    /// What cannot be fetched, is too large, or is neither a URL nor base64.
    pub async fn of(cx: &Cx, options: &Options) -> Result<Option<Arc<Self>>, ApiError> {
        let (images, file) = (options.images(), options.file());
        if images.is_empty() && file.is_none() {
            return Ok(None);
        }
        let one = images.len() == 1;
        let named = |index: usize| if one { "image".to_owned() } else { format!("image {}", index + 1) };
        let reader = Reader { platform: &cx.platform, account: cx.account(), deadline: cx.deadline };
        let mut reads = Vec::with_capacity(images.len());
        for (index, text) in images.into_iter().enumerate() {
            reads.push(reader.read(named(index), text, MAX_IMAGE_BYTES));
        }
        let images: Vec<Input> = futures::stream::iter(reads).buffered(AT_ONCE).try_collect().await?;
        if images.iter().map(|image| image.bytes.len()).sum::<usize>() > MAX_IMAGES_BYTES {
            return Err(too_large("All pictures together", MAX_IMAGES_BYTES));
        }
        let file = match file {
            Some(text) => Some(reader.read("file".to_owned(), text, MAX_DOCUMENT_BYTES).await?),
            None => None,
        };
        Ok(Some(Arc::new(Self { images, file, deadline: cx.deadline, measured: OnceLock::new() })))
    }

    /// What answers are kept under: the bytes, wherever they came from.
    pub fn digests(&self) -> Digests {
        let hex = |input: &Input| {
            digest(&SHA256, &input.bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
        };
        Digests { images: self.images.iter().map(hex).collect(), file: self.file.as_ref().map(hex) }
    }
}
