//! A new secret for the same key, with its id, limits and history.

use common::{ApiError, Commit, Cx, Function, Request, Response, rights};
use contract::ErrorKind;
use contract::clock::month;
use contract::endpoints::KEY_ROTATE;
use contract::platform::keys::{KeyRotate, KeyWithSecret};
use store::{Guard, Secret, TransactionError};

pub fn function() -> Function {
    Function::http(KEY_ROTATE, handle)
}

async fn handle(cx: Cx, req: Request<KeyRotate>) -> Result<Response<KeyWithSecret>, ApiError> {
    let now_ms = cx.now_ms();
    let key = cx
        .store
        .keys()
        .find(cx.account(), &req.id)
        .await?
        .ok_or_else(|| ApiError::new(ErrorKind::KeyNotFound))?;
    if key.revoked {
        return Err(ApiError::because(ErrorKind::KeyChanged, "The key is revoked."));
    }
    rights::must_cover(cx.key()?, &key)?;
    let secret = Secret::generate();
    let grace = req.grace_seconds.unwrap_or(0);
    let spent = cx.store.ledger().spent_by(cx.account(), &key.id, &month(now_ms)).await?;
    let mut shown = key.show(spent, now_ms);
    (shown.prefix, shown.last4) = (secret.prefix().to_owned(), secret.last4().to_owned());
    let answer = KeyWithSecret { key: secret.expose().to_owned(), record: shown };
    let (platform, id) = (cx.platform.clone(), key.id.clone());
    let commit = Commit::default()
        .write(move |store, all| store.keys().rotate(all, &key, &secret, now_ms, grace).map(drop))
        .or(changed_meanwhile)
        .then(async move { platform.keys.forget(&id) });
    Ok(Response::from(answer).commit(commit))
}

fn changed_meanwhile(error: &TransactionError) -> Option<ApiError> {
    error.refused_by(Guard::Key).map(|_| ApiError::new(ErrorKind::KeyChanged))
}
