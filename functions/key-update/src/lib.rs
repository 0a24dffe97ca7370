//! Renames a key or takes rights from it.

use common::rights::Wanted;
use common::{ApiError, Cx, Function, Request, Response, rights};
use contract::ErrorKind;
use contract::clock::month;
use contract::endpoints::KEY_UPDATE;
use contract::platform::keys::{Key, KeyUpdate};
use store::KeyChange;

pub fn function() -> Function {
    Function::http(KEY_UPDATE, handle)
}

async fn handle(cx: Cx, req: Request<KeyUpdate>) -> Result<Response<Key>, ApiError> {
    let now_ms = cx.now_ms();
    let keys = cx.store.keys();
    let key = keys.find(cx.account(), &req.id).await?.ok_or_else(|| ApiError::new(ErrorKind::KeyNotFound))?;
    rights::must_cover(cx.key()?, &key)?;
    let wanted = Wanted {
        scopes: req.scopes.as_deref(),
        expires_at: req.expires_at.as_deref(),
        rate_limit: req.rate_limit,
        spend_cap: req.spend_cap,
    };
    let beyond = wanted.beyond(&key, now_ms);
    if !beyond.is_empty() {
        return Err(ApiError::invalid(beyond));
    }
    let change = KeyChange {
        name: req.name.clone(),
        scopes: req.scopes.clone(),
        expires_at: wanted.expires_at(),
        rate_limit: req.rate_limit,
        spend_cap: req.spend_cap,
        log_bodies: req.log_bodies,
        revoked: false,
    };
    let changed = keys.change(&key, change).await?.ok_or_else(|| ApiError::new(ErrorKind::KeyChanged))?;
    cx.keys.forget(&key.id);
    let spent = cx.store.ledger().spent_by(cx.account(), &key.id, &month(now_ms)).await?;
    Ok(changed.show(spent, now_ms).into())
}
