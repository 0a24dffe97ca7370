//! Pictures under an address, read by the guarded fetch.

use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;
use common::files::encode_segment;
use fetch::{FetchError, Fetcher};

use crate::{Connector, ConnectorError, Listed, NewObject, Place};

/// Bytes of the folder's own page that a test reads.
const MOST_INDEX: u64 = 1 << 20;

pub(crate) struct WebFolder {
    fetcher: Fetcher,
    /// Without a slash at its end.
    base: String,
}

impl WebFolder {
    pub(crate) fn new(fetcher: Fetcher, base_url: &str) -> Self {
        Self { fetcher, base: base_url.trim_end_matches('/').to_owned() }
    }
}

#[async_trait]
impl Connector for WebFolder {
    async fn read(&self, path: &str, max_bytes: u64) -> Result<Bytes, ConnectorError> {
        let segments: Vec<String> = path.split('/').map(encode_segment).collect();
        let url = format!("{}/{}", self.base, segments.join("/"));
        Ok(self.fetcher.get(&url, max_bytes, None).await?.body)
    }

    async fn write(&self, _: NewObject<'_>, _: Instant) -> Result<Place, ConnectorError> {
        Err(ConnectorError::ReadOnly)
    }

    async fn delete(&self, _: &str) -> Result<(), ConnectorError> {
        Err(ConnectorError::ReadOnly)
    }

    /// Its server answers. Why any answer but a fault: few folders show a listing, and those that do not still serve their files.
    async fn reach(&self) -> Result<(), ConnectorError> {
        match self.fetcher.get(&format!("{}/", self.base), MOST_INDEX, None).await {
            Ok(_) | Err(FetchError::TooLarge { .. }) => Ok(()),
            Err(FetchError::Status(status)) if status < 500 => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn list(&self, _: &str, _: bool, _: Option<String>) -> Result<Listed, ConnectorError> {
        Err(ConnectorError::NotListed)
    }
}
