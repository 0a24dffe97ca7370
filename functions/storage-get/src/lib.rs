//! One storage.

use common::{ApiError, Cx, Function, Request, Response};
use contract::endpoints::STORAGE_GET;
use contract::images::{Storage, StorageRef};

pub fn function() -> Function {
    Function::http(STORAGE_GET, handle)
}

async fn handle(cx: Cx, req: Request<StorageRef>) -> Result<Response<Storage>, ApiError> {
    let storage = storages::find(&cx.store, cx.account(), req.id).await?;
    Ok(storages::shown(&storage)?.into())
}
