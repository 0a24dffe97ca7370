//! A connected storage that inputs come from.

use std::sync::Arc;
use std::time::Instant;

use common::{ApiError, Platform};
use connectors::{Connector, ConnectorError, Connectors};

use crate::{EditError, Input, InputPlace};

/// A storage that is open for reading.
pub struct Source {
    connectors: Arc<Connectors>,
    connector: Arc<dyn Connector>,
    account: String,
}

impl Source {
    /// The storage of an account that a URI names.
    pub async fn open(platform: &Platform, account: &str, uri: &str) -> Result<Self, ApiError> {
        let storage = storages::named(&platform.store, account, storages::parsed(uri, "input")?).await?;
        let connectors = platform.shared(Connectors::load)?;
        let connector = connectors.open(platform, &storage).await.map_err(ConnectorError::of_input)?;
        Ok(Self { connectors, connector, account: account.to_owned() })
    }

    /// At most `max_bytes` of an object, with its place among the inputs in memory.
    pub async fn read(&self, path: &str, max_bytes: u64, deadline: Instant) -> Result<Input, ApiError> {
        let read = async {
            let place = self.connectors.reading(&self.account).await;
            let bytes = self.connector.read(path, max_bytes).await.map_err(ConnectorError::of_input)?;
            Ok(Input { bytes, place: InputPlace::Fetched(place) })
        };
        tokio::time::timeout_at(deadline.into(), read).await.unwrap_or_else(|_| Err(EditError::Busy.into()))
    }
}
