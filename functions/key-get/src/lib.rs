//! One key of the account, without its secret.

use common::{ApiError, Cx, Function, Request, Response};
use contract::ErrorKind;
use contract::clock::month;
use contract::endpoints::KEY_GET;
use contract::platform::keys::{Key, KeyRef};

pub fn function() -> Function {
    Function::http(KEY_GET, handle)
}

async fn handle(cx: Cx, req: Request<KeyRef>) -> Result<Response<Key>, ApiError> {
    let now_ms = cx.now_ms();
    let key = cx
        .store
        .keys()
        .find(cx.account(), &req.id)
        .await?
        .ok_or_else(|| ApiError::new(ErrorKind::KeyNotFound))?;
    let spent = cx.store.ledger().spent_by(cx.account(), &key.id, &month(now_ms)).await?;
    Ok(key.show(spent, now_ms).into())
}
