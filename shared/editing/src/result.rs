//! Where results go.

use std::time::Instant;

use bytes::Bytes;
use common::{ApiError, Cx, Platform};
use contract::images::{EditData, OutputObject};
use contract::limits::RESULT_SECONDS;
use imaging::Edited;
use storages::name;

use crate::Destination;

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
    pub name: Name<'a>,
    pub destination: Option<&'a Destination>,
    pub deadline: Instant,
}

/// What a result is called.
#[derive(Debug, Clone, Copy)]
pub enum Name<'a> {
    /// After the URI of its input, or the file name of an upload.
    OfInput(&'a str),
    /// As was planned: its path in the folder, and a name of its place that no other result has.
    Planned { path: &'a str, place: &'a str },
}

impl<'a> Way<'a> {
    /// Of what a call edits.
    pub fn of_call(cx: &'a Cx, input: &'a str, destination: Option<&'a Destination>) -> Self {
        let name = Name::OfInput(input);
        Self { account: cx.account(), base_url: &cx.base_url, name, destination, deadline: cx.deadline }
    }
}

impl Name<'_> {
    fn in_storage(&self, extension: &str) -> String {
        match self {
            Self::OfInput(input) => name::in_storage(&name::stem(input), extension),
            Self::Planned { path, .. } => (*path).to_owned(),
        }
    }

    /// The key of its object and its name in a link. Why planned ones have the same key again: a repeat leaves nothing behind.
    fn in_link(&self, account: &str, extension: &str) -> (String, String) {
        let (input, place) = match self {
            Self::OfInput(input) => (*input, uuid::Uuid::new_v4().simple().to_string()),
            Self::Planned { path, place } => (*path, (*place).to_owned()),
        };
        let name = name::in_link(name::stem(input), extension);
        (format!("tmp/{account}/{place}/{name}"), name)
    }
}

/// Writes a result to its storage, or puts it under a key of its own and makes its link.
pub async fn store_result(platform: &Platform, way: Way<'_>, edited: Edited) -> Result<Stored, ApiError> {
    let Edited { bytes, input, output: picture, profiling, .. } = edited;
    let (bytes, profiling) = (Bytes::from(bytes), Some(profiling));
    let (media, extension) = (picture.mime.clone(), picture.ext.clone());
    let Some(destination) = way.destination else {
        let (object, name) = way.name.in_link(way.account, &extension);
        let expires = platform.now_ms() / 1000 + RESULT_SECONDS;
        platform.store.results().put(&object, bytes, &media).await?;
        let url = format!("{}{}", way.base_url, platform.file_keys.path(&object, &name, expires));
        let output = OutputObject::temporary(picture, url);
        return Ok(Stored { data: EditData { input, output, profiling }, object: Some(object) });
    };
    let delivered = destination.write(bytes, &way.name.in_storage(&extension), &media, way.deadline).await?;
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
