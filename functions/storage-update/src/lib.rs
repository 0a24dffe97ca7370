//! Renames a storage or changes its parameters.

use common::{ApiError, Commit, Cx, Function, Request, Response};
use connectors::Connectors;
use contract::endpoints::STORAGE_UPDATE;
use contract::images::{Storage, StorageCredentials, StorageParameters, StorageUpdate};
use contract::{ErrorKind, Fault};
use secrets::Secrets;
use store::{Guard, StorageRecord, TransactionError};

pub fn function() -> Function {
    Function::http(STORAGE_UPDATE, handle)
}

async fn handle(cx: Cx, req: Request<StorageUpdate>) -> Result<Response<Storage>, ApiError> {
    let StorageUpdate { id, name, kind, parameters } = req.data;
    let before = storages::find(&cx.store, cx.account(), id).await?;
    if kind.is_some_and(|kind| kind != before.kind) {
        return Err(ApiError::invalid(vec![Fault::other("type", "the type of a storage cannot be changed")]));
    }
    let mut after = before.clone();
    after.name = name.unwrap_or(after.name);
    if let Some(parameters) = parameters {
        change(&cx, &mut after, parameters).await?;
    }
    let answer = storages::shown(&after)?;
    let commit =
        Commit::default().write(move |store, all| store.storages().change(all, &before, &after)).or(refused);
    Ok(Response::from(answer).commit(commit))
}

async fn change(cx: &Cx, storage: &mut StorageRecord, wanted: StorageParameters) -> Result<(), ApiError> {
    let mut older = storages::parameters(storage)?;
    let fresh = wanted.credentials.clone();
    // What is sealed already stands for credentials that were given.
    older.credentials = storage
        .access_key
        .clone()
        .map(|access_key| StorageCredentials { access_key, secret_access_key: String::new() });
    let merged = wanted.over(older);
    let mut faults = Vec::new();
    merged.check(storage.kind, &mut faults);
    if faults.is_empty() {
        faults.extend(cx.shared(Connectors::load)?.fault_of(&merged));
    }
    if !faults.is_empty() {
        return Err(ApiError::invalid(faults));
    }
    if let Some(credentials) = fresh {
        let secrets = cx.shared(Secrets::load)?;
        let context = storages::seal_context(&storage.account, storage.id);
        storage.secret = Some(secrets.seal(&context, &credentials.secret_access_key).await?);
        storage.access_key = Some(credentials.access_key);
    } else if merged.credentials.is_none() {
        (storage.secret, storage.access_key) = (None, None);
    }
    let stored = StorageParameters { credentials: None, ..merged };
    storage.parameters = serde_json::to_string(&stored).map_err(ApiError::internal)?;
    Ok(())
}

fn refused(error: &TransactionError) -> Option<ApiError> {
    let taken = error.refused_by(Guard::StorageName).map(|_| ErrorKind::StorageExists);
    let kind = taken.or_else(|| error.refused_by(Guard::Storage).map(|_| ErrorKind::StorageChanged));
    kind.map(ApiError::new)
}
