//! This interface as OpenAPI 3.1, generated from the contract.

use common::{ApiError, Cx, Function, Request, Response};
use contract::endpoints::OPENAPI_GET;
use contract::{Nothing, Raw};

const DOCUMENT: &str = include_str!("../openapi.json");

pub fn function() -> Function {
    Function::http(OPENAPI_GET, handle)
}

async fn handle(_: Cx, _: Request<Nothing>) -> Result<Response<Raw>, ApiError> {
    Ok(Response::raw("application/json", DOCUMENT))
}
