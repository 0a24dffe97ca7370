//! All storages of the account, without credentials.

use common::{ApiError, Cx, Function, Request, Response};
use contract::Nothing;
use contract::endpoints::STORAGE_LIST;
use contract::images::Storage;

pub fn function() -> Function {
    Function::http(STORAGE_LIST, handle)
}

async fn handle(cx: Cx, _: Request<Nothing>) -> Result<Response<Vec<Storage>>, ApiError> {
    let mut all = Vec::new();
    for record in cx.store.storages().list(cx.account()).await? {
        let mut storage = storages::shown(&record)?;
        storage.parameters.credentials = None;
        all.push(storage);
    }
    Ok(all.into())
}
