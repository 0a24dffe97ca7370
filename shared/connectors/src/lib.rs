//! Storages that users connect: reading inputs from them and writing results to them. One trait, a file a type of storage; whatever leaves
//! this process goes through the guard.

mod bucket;
mod error;
mod gcs;
mod http;
mod opened;
mod probe;
mod role;
mod s3;
mod web_folder;

use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;

pub use error::ConnectorError;
pub use opened::Connectors;
pub use probe::{probe, probe_folder};

/// One connected storage. Paths are below its own folder, without a slash before them, and have been checked.
#[async_trait]
pub trait Connector: Send + Sync {
    /// An object of at most so many bytes.
    async fn read(&self, path: &str, max_bytes: u64) -> Result<Bytes, ConnectorError>;

    /// Writes an object, and leaves nothing of it where that takes longer than `until`.
    async fn write(&self, object: NewObject<'_>, until: Instant) -> Result<Place, ConnectorError>;

    async fn delete(&self, path: &str) -> Result<(), ConnectorError>;

    /// Whether what is in it can be found: a listing of one object at most.
    async fn reach(&self) -> Result<(), ConnectorError>;

    /// A page of the objects of a folder, by key. `folder`: empty, or with a slash at its end. `recursive`: those of its sub-folders too.
    /// `from`: where the last page ended.
    async fn list(
        &self,
        folder: &str,
        recursive: bool,
        from: Option<String>,
    ) -> Result<Listed, ConnectorError>;
}

/// An object that is to be written.
#[derive(Debug, Clone)]
pub struct NewObject<'a> {
    pub path: &'a str,
    pub body: Bytes,
    pub content_type: &'a str,
    pub existing: Existing<'a>,
}

/// What becomes of an object that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing<'a> {
    Replaced,
    /// It stays, and writing is an error; but one that was written under the same mark is ours, and as good as written.
    Kept {
        mark: &'a str,
    },
}

/// A page of a listing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
    /// Paths of objects; folders are none.
    pub paths: Vec<String>,
    /// Where the next page begins; `None`: there is none.
    pub next: Option<String>,
}

/// Where an object lies, as its owner's other tools name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub bucket: String,
    pub key: String,
    /// `s3://{bucket}/{key}` or `gs://{bucket}/{key}`.
    pub uri: String,
}
