//! Where a result goes: behind a link of ours for a day, or into a storage of the caller's.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use common::{ApiError, Platform};
use connectors::{Connector, ConnectorError, Connectors, Existing, NewObject, Place};
use contract::images::{Output, STORAGE_SCHEME, StorageUri};

use crate::EditError;

/// What is kept of a call's time to say that it was too short.
const ANSWER: Duration = Duration::from_secs(1);

/// A file or folder of a connected storage that is open.
pub struct Target {
    connectors: Arc<Connectors>,
    connector: Arc<dyn Connector>,
    account: String,
    storage: String,
    /// Of a file, or of a folder with a slash at its end; empty for the storage itself.
    path: String,
    is_folder: bool,
    overwrites: bool,
}

/// The way of one result to a [`Target`].
pub struct Destination {
    target: Arc<Target>,
    /// Taken before the work: what waits for a slow storage takes memory.
    _place: fetch::Place,
    mark: String,
}

/// A result in a storage.
pub(crate) struct Delivered {
    pub(crate) place: Place,
    pub(crate) storage_uri: String,
}

impl Target {
    /// Opens what an output names, before any work is done for it. `None`: results are ours to keep.
    pub async fn open(
        platform: &Platform,
        account: &str,
        output: &Output,
    ) -> Result<Option<Arc<Self>>, ApiError> {
        let Some(uri) = &output.destination else { return Ok(None) };
        let field = "output.destination";
        let uri: StorageUri<'_> = storages::parsed(uri, field)?;
        let storage = storages::destination(&platform.store, account, uri, field).await?;
        let connectors = platform.shared(Connectors::load)?;
        let connector = connectors.open(platform, &storage).await.map_err(ConnectorError::of_output)?;
        Ok(Some(Arc::new(Self {
            connectors,
            connector,
            account: account.to_owned(),
            storage: storage.name,
            path: uri.path.to_owned(),
            is_folder: uri.is_folder(),
            overwrites: output.overwrites(),
        })))
    }

    /// The way of one result. `mark` tells it from others where no file is replaced: a repeat finds its own and is content.
    pub async fn enter(
        self: &Arc<Self>,
        mark: impl Into<String>,
        deadline: Instant,
    ) -> Result<Destination, ApiError> {
        let place = tokio::time::timeout_at(deadline.into(), self.connectors.writing(&self.account)).await;
        let _place = place.map_err(|_| EditError::Busy)?;
        Ok(Destination { target: self.clone(), _place, mark: mark.into() })
    }
}

impl Destination {
    /// The target of an output, and the way of its only result.
    pub async fn open(
        platform: &Platform,
        account: &str,
        output: &Output,
        mark: impl Into<String>,
        deadline: Instant,
    ) -> Result<Option<Self>, ApiError> {
        match Target::open(platform, account, output).await? {
            Some(target) => Ok(Some(target.enter(mark, deadline).await?)),
            None => Ok(None),
        }
    }

    /// Writes a result: as the file that is named, or into the folder under `name`.
    pub(crate) async fn write(
        &self,
        body: Bytes,
        name: &str,
        content_type: &str,
        deadline: Instant,
    ) -> Result<Delivered, ApiError> {
        let target = &self.target;
        let path = if target.is_folder { format!("{}{name}", target.path) } else { target.path.clone() };
        let existing =
            if target.overwrites { Existing::Replaced } else { Existing::Kept { mark: &self.mark } };
        let object = NewObject { path: &path, body, content_type, existing };
        let written = target.connector.write(object, deadline - ANSWER).await;
        let place = written.map_err(ConnectorError::of_output)?;
        let storage_uri = format!("{STORAGE_SCHEME}{}/{path}", target.storage);
        Ok(Delivered { place, storage_uri })
    }
}
