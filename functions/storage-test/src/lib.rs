//! Tries a storage.

use common::{ApiError, Cx, Function, Request, Response};
use connectors::{ConnectorError, Connectors, probe};
use contract::endpoints::STORAGE_TEST;
use contract::images::{StorageRef, StorageTested};

pub fn function() -> Function {
    Function::http(STORAGE_TEST, handle)
}

async fn handle(cx: Cx, req: Request<StorageRef>) -> Result<Response<StorageTested>, ApiError> {
    let storage = storages::find(&cx.store, cx.account(), req.id).await?;
    let connectors = cx.shared(Connectors::load)?;
    let tested = match connectors.open(&cx, &storage).await {
        Ok(storage) => probe(&*storage).await,
        Err(ConnectorError::Internal(source)) => return Err(ApiError::internal(source)),
        Err(error) => {
            let error = Some(format!("The storage cannot be opened: {error}."));
            StorageTested { readable: false, writable: false, error }
        }
    };
    Ok(tested.into())
}
