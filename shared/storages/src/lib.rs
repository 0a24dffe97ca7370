//! Connected storages as their owners see and name them; no network and no secret.

pub mod name;

use common::{ApiError, Platform};
use contract::clock::micros;
use contract::images::{
    ShownCredentials, ShownParameters, Storage, StorageParameters, StorageType, StorageUri, is_storage_uri,
};
use contract::{ErrorKind, Fault};
use store::{StorageRecord, Store, StoreError};

/// What a storage's secret is sealed to.
pub fn seal_context(account: &str, id: u64) -> String {
    format!("storage/{account}/{id}")
}

/// What a role's trust policy must ask for. Why not the caller's choice: whoever may choose it could name the role and the id of another.
pub fn external_id(account: &str) -> String {
    format!("atelier-{account}")
}

/// The parameters as they are stored: without credentials.
pub fn parameters(record: &StorageRecord) -> Result<StorageParameters, StoreError> {
    serde_json::from_str(&record.parameters).map_err(|_| StoreError::malformed("parameters of a storage"))
}

/// A storage with its access key and without the secret.
pub fn shown(record: &StorageRecord) -> Result<Storage, StoreError> {
    let parameters = parameters(record)?;
    let external_id = parameters.role_arn.is_some().then(|| external_id(&record.account));
    Ok(Storage {
        id: record.id,
        name: record.name.clone(),
        kind: record.kind,
        parameters: ShownParameters {
            bucket: parameters.bucket,
            path: parameters.path,
            credentials: record.access_key.clone().map(|access_key| ShownCredentials { access_key }),
            region: parameters.region,
            endpoint: parameters.endpoint,
            role_arn: parameters.role_arn,
            external_id,
            base_url: parameters.base_url,
        },
        created_at: micros(record.created_at_ms),
    })
}

/// The storage of an account with this id.
pub async fn find(store: &Store, account: &str, id: u64) -> Result<StorageRecord, ApiError> {
    store.storages().find(account, id).await?.ok_or_else(|| ApiError::new(ErrorKind::StorageNotFound))
}

/// The storage of an account that a URI names.
pub async fn named(store: &Store, account: &str, uri: StorageUri<'_>) -> Result<StorageRecord, ApiError> {
    let found = store.storages().find_named(account, uri.storage).await?;
    found.ok_or_else(|| ApiError::new(ErrorKind::StorageNotFound))
}

/// The storage that a destination names, where results can go there. `path`: of the field, for a fault.
pub async fn destination(
    store: &Store,
    account: &str,
    uri: StorageUri<'_>,
    path: &str,
) -> Result<StorageRecord, ApiError> {
    let storage = named(store, account, uri).await?;
    if storage.kind == StorageType::WebFolder {
        return Err(ApiError::invalid(vec![Fault::other(path, "a web folder cannot be written to")]));
    }
    Ok(storage)
}

/// Before an edit is accepted: whether the storages that it names are there.
pub async fn accepted(
    platform: &Platform,
    account: &str,
    input: &str,
    destination_uri: Option<&str>,
) -> Result<(), ApiError> {
    if is_storage_uri(input) {
        named(&platform.store, account, parsed(input, "input")?).await?;
    }
    if let Some(uri) = destination_uri {
        let path = "output.destination";
        destination(&platform.store, account, parsed(uri, path)?, path).await?;
    }
    Ok(())
}

/// A URI that the contract has let pass.
pub fn parsed<'a>(uri: &'a str, path: &str) -> Result<StorageUri<'a>, ApiError> {
    StorageUri::parse(uri).map_err(|sentence| ApiError::invalid(vec![Fault::other(path, sentence)]))
}
