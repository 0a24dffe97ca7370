//! Connects a storage. Its secret is sealed before anything is stored.

use common::{ApiError, Commit, Cx, Function, Request, Response};
use connectors::Connectors;
use contract::ErrorKind;
use contract::endpoints::STORAGE_CREATE;
use contract::images::{Storage, StorageCreate, StorageParameters};
use contract::limits::MAX_STORAGES;
use secrets::Secrets;
use store::{Guard, StorageRecord, TransactionError, random_id};

pub fn function() -> Function {
    Function::http(STORAGE_CREATE, handle)
}

async fn handle(cx: Cx, req: Request<StorageCreate>) -> Result<Response<Storage>, ApiError> {
    let StorageCreate { name, kind, parameters } = req.data;
    if let Some(fault) = cx.shared(Connectors::load)?.fault_of(&parameters) {
        return Err(ApiError::invalid(vec![fault]));
    }
    let id = random_id();
    let (mut access_key, mut secret) = (None, None);
    if let Some(credentials) = &parameters.credentials {
        let secrets = cx.shared(Secrets::load)?;
        let context = storages::seal_context(cx.account(), id);
        secret = Some(secrets.seal(&context, &credentials.secret_access_key).await?);
        access_key = Some(credentials.access_key.clone());
    }
    let stored = StorageParameters { credentials: None, ..parameters };
    let storage = StorageRecord {
        account: cx.account().to_owned(),
        id,
        name,
        kind,
        parameters: serde_json::to_string(&stored).map_err(ApiError::internal)?,
        access_key,
        secret,
        created_at_ms: cx.now_ms(),
        revision: 0,
    };
    let answer = storages::shown(&storage)?;
    let commit = Commit::default()
        .write(move |store, all| store.storages().create(all, &storage, MAX_STORAGES))
        .or(refused);
    Ok(Response::from(answer).commit(commit))
}

fn refused(error: &TransactionError) -> Option<ApiError> {
    let taken = error.refused_by(Guard::StorageName).map(|_| ErrorKind::StorageExists);
    let kind = taken.or_else(|| error.refused_by(Guard::StorageCount).map(|_| ErrorKind::TooManyStorages));
    kind.map(ApiError::new)
}
