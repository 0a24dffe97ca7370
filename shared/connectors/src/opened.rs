//! Storages that are open: with their secret decrypted or their role assumed, for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use common::{ApiError, Platform};
use contract::Fault;
use contract::images::{StorageParameters, StorageType};
use fetch::{FetchConfig, FetchError, Fetcher, Place, Places, SystemResolver};
use secrets::Secrets;
use store::StorageRecord;

use crate::http::Guarded;
use crate::web_folder::WebFolder;
use crate::{Connector, ConnectorError, gcs, role, s3};

/// How long one stays open. Shorter than the quarter of an hour that the shortest session of a role lasts.
const OPEN: Duration = Duration::from_secs(600);
/// Objects that are read, and results that are written, at the same time; and of these those of one account.
const AT_ONCE: usize = 16;
const PER_ACCOUNT: usize = 8;
/// Storages open at the same time.
const MOST: usize = 256;

/// Opens storages. One a process.
pub struct Connectors {
    fetcher: Fetcher,
    http: SharedHttpClient,
    reads: Places,
    writes: Places,
    open: Mutex<HashMap<Version, Open>>,
}

/// Since when it is open.
type Open = (Instant, Arc<dyn Connector>);

/// A storage as it was at one time: a change makes another.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Version {
    account: String,
    id: u64,
    revision: i64,
}

impl Connectors {
    /// With the guard of `fetcher`.
    pub fn new(fetcher: Fetcher) -> Self {
        let http = SharedHttpClient::new(Guarded(fetcher.client()));
        let places = || Places::new(AT_ONCE, PER_ACCOUNT);
        Self { fetcher, http, reads: places(), writes: places(), open: Mutex::default() }
    }

    /// From the environment, for [`Platform::shared`].
    pub fn load(_: &Platform) -> Result<Self, ApiError> {
        let config = FetchConfig::from_env().map_err(ApiError::internal)?;
        Ok(Self::new(Fetcher::new(config, SystemResolver::default())))
    }

    /// That an address of a storage is not one that is reached, as far as that is known without the network.
    pub fn fault_of(&self, parameters: &StorageParameters) -> Option<Fault> {
        let addresses = [("endpoint", &parameters.endpoint), ("base_url", &parameters.base_url)];
        addresses.into_iter().find_map(|(name, url)| {
            let error = self.fetcher.admits(url.as_deref()?).err()?;
            let sentence = match error {
                FetchError::BadUrl(sentence) => sentence,
                _ => "names an address that is not reached: only public hosts, ports 80 and 443, and what the operator admits",
            };
            Some(Fault::other(format!("parameters.{name}"), sentence))
        })
    }

    /// A place among the objects that are read and not yet used: so their memory is bounded, and no account's slow servers keep all others waiting.
    pub async fn reading(&self, account: &str) -> Place {
        self.reads.enter(account).await
    }

    /// The same among results that are made for storages and not yet written.
    pub async fn writing(&self, account: &str) -> Place {
        self.writes.enter(account).await
    }

    pub async fn open(
        &self,
        platform: &Platform,
        storage: &StorageRecord,
    ) -> Result<Arc<dyn Connector>, ConnectorError> {
        let version =
            Version { account: storage.account.clone(), id: storage.id, revision: storage.revision };
        if let Some(found) = self.find(&version) {
            return Ok(found);
        }
        let opened = self.connect(platform, storage).await?;
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= MOST {
            open.clear();
        }
        open.insert(version, (Instant::now(), opened.clone()));
        Ok(opened)
    }

    fn find(&self, version: &Version) -> Option<Arc<dyn Connector>> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.get(version).filter(|(since, _)| since.elapsed() < OPEN).map(|(_, found)| found.clone())
    }

    async fn connect(
        &self,
        platform: &Platform,
        storage: &StorageRecord,
    ) -> Result<Arc<dyn Connector>, ConnectorError> {
        let parameters =
            storages::parameters(storage).map_err(|error| ConnectorError::Internal(error.into()))?;
        let http = self.http.clone();
        Ok(match storage.kind {
            StorageType::WebFolder => {
                let base = parameters.base_url.as_deref().unwrap_or_default();
                Arc::new(WebFolder::new(self.fetcher.of(&storage.account), base))
            }
            StorageType::S3 => {
                Arc::new(s3::open(http, &parameters, credentials(platform, storage, &parameters).await?))
            }
            StorageType::Gcs => {
                Arc::new(gcs::open(http, &parameters, credentials(platform, storage, &parameters).await?))
            }
        })
    }
}

async fn credentials(
    platform: &Platform,
    storage: &StorageRecord,
    parameters: &StorageParameters,
) -> Result<Credentials, ConnectorError> {
    if let Some(arn) = &parameters.role_arn {
        return role::assume(arn, &storages::external_id(&storage.account)).await;
    }
    let (Some(access_key), Some(sealed)) = (&storage.access_key, &storage.secret) else {
        return Err(ConnectorError::Internal("a storage has neither credentials nor a role".into()));
    };
    let secrets = platform.shared(Secrets::load).map_err(|error| ConnectorError::Internal(error.into()))?;
    let secret = secrets.open(&storages::seal_context(&storage.account, storage.id), sealed).await?;
    Ok(Credentials::new(access_key, secret, None, None, "storage"))
}
