//! What the account has, holds and has spent.

use common::{ApiError, Cx, Function, Request, Response};
use contract::endpoints::BALANCE_GET;
use contract::platform::money::Balance;
use contract::{ErrorKind, Nothing};

pub fn function() -> Function {
    Function::http(BALANCE_GET, handle)
}

async fn handle(cx: Cx, _: Request<Nothing>) -> Result<Response<Balance>, ApiError> {
    let shown = cx.store.ledger().shown(cx.account(), cx.now_ms()).await?;
    Ok(shown.ok_or_else(|| ApiError::new(ErrorKind::AccountNotFound))?.into())
}
