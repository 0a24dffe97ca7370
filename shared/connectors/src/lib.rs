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
pub use probe::probe;

/// One connected storage. Paths are below its own folder, without a slash before them, and have been checked.
#[async_trait]
pub trait Connector: Send + Sync {
    /// An object of at most so many bytes.
    async fn read(&self, path: &str, max_bytes: u64) -> Result<Bytes, ConnectorError>;

    /// Writes an object, in place of one that is there, and leaves nothing of it where it takes longer than `until`.
    async fn write(
        &self,
        path: &str,
        body: Bytes,
        content_type: &str,
        until: Instant,
    ) -> Result<Place, ConnectorError>;

    async fn delete(&self, path: &str) -> Result<(), ConnectorError>;

    /// Whether what is in it can be found: a listing of one object at most.
    async fn reach(&self) -> Result<(), ConnectorError>;
}

/// Where an object lies, as its owner's other tools name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub bucket: String,
    pub key: String,
    /// `s3://{bucket}/{key}` or `gs://{bucket}/{key}`.
    pub uri: String,
}
