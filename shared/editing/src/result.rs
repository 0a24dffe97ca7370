//! Where results go.

use std::time::Instant;

use bytes::Bytes;
use common::{ApiError, Cx, Platform};
use contract::images::{EditData, OutputObject};
use contract::limits::RESULT_SECONDS;
use imaging::Edited;

use crate::{Destination, name};

/// A result that is where it belongs.
#[derive(Debug, Clone)]
pub struct Stored {
    pub data: EditData,
    /// Its key in the bucket of results; `None` where it went to a storage of the caller's.
    pub object: Option<String>,
}

/// Where a result goes, and what it is called there.
pub struct Way<'a> {
    pub account: &'a str,
    /// Start of its link.
    pub base_url: &'a str,
    /// URI of the input, or the file name of an upload: what it is named after.
    pub input: &'a str,
    pub destination: Option<&'a Destination>,
    pub deadline: Instant,
}

impl<'a> Way<'a> {
    /// Of what a call edits.
    pub fn of_call(cx: &'a Cx, input: &'a str, destination: Option<&'a Destination>) -> Self {
        Self { account: cx.account(), base_url: &cx.base_url, input, destination, deadline: cx.deadline }
    }
}

/// Writes a result to its storage, or puts it under a key of its own and makes its link.
pub async fn store_result(platform: &Platform, way: Way<'_>, edited: Edited) -> Result<Stored, ApiError> {
    let Edited { bytes, input, output: picture, profiling, .. } = edited;
    let (bytes, profiling) = (Bytes::from(bytes), Some(profiling));
    let (media, extension) = (picture.mime.clone(), picture.ext.clone());
    let Some(destination) = way.destination else {
        let name = name::in_link(name::stem(way.input), &extension);
        let object = format!("tmp/{}/{}/{name}", way.account, uuid::Uuid::new_v4().simple());
        let expires = platform.now_ms() / 1000 + RESULT_SECONDS;
        platform.store.results().put(&object, bytes, &media).await?;
        let url = format!("{}{}", way.base_url, platform.file_keys.path(&object, &name, expires));
        let output = OutputObject::temporary(picture, url);
        return Ok(Stored { data: EditData { input, output, profiling }, object: Some(object) });
    };
    let named = (&name::stem(way.input)[..], &extension[..]);
    let delivered = destination.write(bytes, named, &media, way.deadline).await?;
    let output = OutputObject {
        picture,
        tmp_url: None,
        object_key: Some(delivered.place.key),
        object_bucket: Some(delivered.place.bucket),
        object_uri: Some(delivered.place.uri),
        claid_storage_uri: Some(delivered.storage_uri),
    };
    Ok(Stored { data: EditData { input, output, profiling }, object: None })
}
