//! Disconnects a storage. Nothing in it is touched.

use common::{ApiError, Commit, Cx, Function, Request, Response};
use contract::ErrorKind;
use contract::endpoints::STORAGE_DELETE;
use contract::images::StorageRef;
use store::{Guard, TransactionError};

pub fn function() -> Function {
    Function::http(STORAGE_DELETE, handle)
}

async fn handle(cx: Cx, req: Request<StorageRef>) -> Result<Response<()>, ApiError> {
    let storage = storages::find(&cx.store, cx.account(), req.id).await?;
    let commit = Commit::default().write(move |store, all| store.storages().delete(all, &storage)).or(
        |error: &TransactionError| {
            error.refused_by(Guard::Storage).map(|_| ApiError::new(ErrorKind::StorageChanged))
        },
    );
    Ok(Response::from(()).commit(commit))
}
