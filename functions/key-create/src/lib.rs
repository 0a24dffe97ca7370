//! Makes a key with at most the rights of the key that asks.

use common::rights::Wanted;
use common::{ApiError, Commit, Cx, Function, Request, Response};
use contract::Credits;
use contract::endpoints::KEY_CREATE;
use contract::platform::keys::{KeyCreate, KeyWithSecret};
use store::{KeyRecord, NewKey, Secret};

pub fn function() -> Function {
    Function::http(KEY_CREATE, handle)
}

async fn handle(cx: Cx, req: Request<KeyCreate>) -> Result<Response<KeyWithSecret>, ApiError> {
    let maker = cx.key()?;
    let now_ms = cx.now_ms();
    let wanted = Wanted {
        scopes: req.scopes.as_deref(),
        expires_at: req.expires_at.as_deref(),
        rate_limit: req.rate_limit,
        spend_cap: req.spend_cap,
    };
    let beyond = wanted.beyond(maker, now_ms);
    if !beyond.is_empty() {
        return Err(ApiError::invalid(beyond));
    }
    let secret = Secret::generate();
    let new = NewKey {
        account: maker.account.clone(),
        name: req.name.clone(),
        scopes: req.scopes.clone().unwrap_or_else(|| maker.scopes.clone()),
        expires_at: wanted.expires_at().or(maker.expires_at),
        rate_limit: req.rate_limit.or(maker.rate_limit),
        spend_cap: req.spend_cap.or(maker.spend_cap),
        log_bodies: req.log_bodies.unwrap_or(false),
    };
    let key = KeyRecord::new(new, &secret, now_ms);
    let answer = KeyWithSecret { key: secret.expose().to_owned(), record: key.show(Credits::ZERO, now_ms) };
    let commit = Commit::default().write(move |store, all| store.keys().create(all, &key));
    Ok(Response::from(answer).commit(commit))
}
