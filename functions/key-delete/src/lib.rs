//! Revokes a key: it answers 401 within a minute everywhere, at once in this process.

use common::{ApiError, Cx, Function, Request, Response, rights};
use contract::ErrorKind;
use contract::clock::month;
use contract::endpoints::KEY_DELETE;
use contract::platform::keys::{Key, KeyRef};
use store::KeyChange;

pub fn function() -> Function {
    Function::http(KEY_DELETE, handle)
}

async fn handle(cx: Cx, req: Request<KeyRef>) -> Result<Response<Key>, ApiError> {
    let now_ms = cx.now_ms();
    let keys = cx.store.keys();
    let key = keys.find(cx.account(), &req.id).await?.ok_or_else(|| ApiError::new(ErrorKind::KeyNotFound))?;
    rights::must_cover(cx.key()?, &key)?;
    let revoked = if key.revoked {
        key
    } else {
        let change = KeyChange { revoked: true, ..KeyChange::default() };
        keys.change(&key, change).await?.ok_or_else(|| ApiError::new(ErrorKind::KeyChanged))?
    };
    cx.keys.forget(&revoked.id);
    let spent = cx.store.ledger().spent_by(cx.account(), &revoked.id, &month(now_ms)).await?;
    Ok(revoked.show(spent, now_ms).into())
}
