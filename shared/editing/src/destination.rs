//! Where a result goes: behind a link of ours for a day, or into a storage of the caller's.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use common::{ApiError, Platform};
use connectors::{Connector, ConnectorError, Connectors, Place};
use contract::images::{STORAGE_SCHEME, StorageUri};

use crate::{EditError, name};

/// What is kept of a call's time to say that it was too short.
const ANSWER: Duration = Duration::from_secs(1);

/// A place in a connected storage.
pub struct Destination {
    connector: Arc<dyn Connector>,
    /// Taken before the work: what waits for a slow storage takes memory.
    _place: fetch::Place,
    storage: String,
    /// Of a file, or of a folder with a slash at its end; empty for the storage itself.
    path: String,
    is_folder: bool,
}

/// A result in a storage.
pub(crate) struct Delivered {
    pub(crate) place: Place,
    pub(crate) storage_uri: String,
}

impl Destination {
    /// Opens what a destination names, before any work is done for it. `None`: the result is ours to keep.
    pub async fn open(
        platform: &Platform,
        account: &str,
        uri: Option<&str>,
        deadline: Instant,
    ) -> Result<Option<Self>, ApiError> {
        let Some(uri) = uri else { return Ok(None) };
        let field = "output.destination";
        let uri: StorageUri<'_> = storages::parsed(uri, field)?;
        let storage = storages::destination(&platform.store, account, uri, field).await?;
        let connectors = platform.shared(Connectors::load)?;
        let connector = connectors.open(platform, &storage).await.map_err(ConnectorError::of_output)?;
        let place = tokio::time::timeout_at(deadline.into(), connectors.writing(account)).await;
        let _place = place.map_err(|_| EditError::Busy)?;
        let (path, is_folder) = (uri.path.to_owned(), uri.is_folder());
        Ok(Some(Self { connector, _place, storage: storage.name, path, is_folder }))
    }

    /// Writes a result: as the file that is named, or into the folder under the name of its input.
    pub(crate) async fn write(
        &self,
        bytes: Bytes,
        (stem, extension): (&str, &str),
        media: &str,
        deadline: Instant,
    ) -> Result<Delivered, ApiError> {
        let path = if self.is_folder {
            format!("{}{}", self.path, name::in_storage(stem, extension))
        } else {
            self.path.clone()
        };
        let written = self.connector.write(&path, bytes, media, deadline - ANSWER).await;
        let place = written.map_err(ConnectorError::of_output)?;
        let storage_uri = format!("{STORAGE_SCHEME}{}/{path}", self.storage);
        Ok(Delivered { place, storage_uri })
    }
}
