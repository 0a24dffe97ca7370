//! The types of storages.

use common::{ApiError, Cx, Function, Request, Response};
use contract::Nothing;
use contract::endpoints::STORAGE_TYPES;
use contract::images::StorageType;

pub fn function() -> Function {
    Function::http(STORAGE_TYPES, handle)
}

async fn handle(_: Cx, _: Request<Nothing>) -> Result<Response<Vec<StorageType>>, ApiError> {
    Ok(StorageType::ALL.to_vec().into())
}
