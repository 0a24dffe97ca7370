//! Whether the service answers.

use common::{ApiError, Cx, Function, Request, Response};
use contract::Nothing;
use contract::endpoints::HEALTH;
use contract::platform::service::Health;

pub fn function() -> Function {
    Function::http(HEALTH, handle)
}

async fn handle(_: Cx, _: Request<Nothing>) -> Result<Response<Health>, ApiError> {
    Ok(Health { status: "ok", version: env!("CARGO_PKG_VERSION") }.into())
}
