//! The hold of the price and the record of the `Idempotency-Key`, in one transaction. An earlier answer ends the call here.

use std::any::Any;

use bytes::Bytes;
use contract::{Credits, ErrorKind, Fault};
use store::{Earlier, Guard, Hold, KeptAnswer, Refusal, StartedCall, TransactionError};

use super::answer::Reply;
use super::call::Call;
use crate::{ApiError, Request, seal};

/// Milliseconds a hold outlives the deadline of its call, for the settlement itself.
const GRACE_MS: i64 = 10_000;
const LONGEST_KEY: usize = 255;
/// After so many seconds at most a repeat is told to look again: a call that may take hours has mostly ended long before.
const LOOK_AGAIN_SECONDS: u64 = 30;

pub(crate) async fn reserve(
    call: &mut Call,
    request: &Request<Box<dyn Any + Send + Sync>>,
) -> Result<Option<Reply>, ApiError> {
    if call.public.is_some() {
        return without_a_key(call).await.map(|()| None);
    }
    let Some(key) = call.key.clone() else { return Ok(None) };
    let started = idempotency(call, request, &key.account)?;
    let hold =
        (call.price > Credits::ZERO).then(|| Hold::new(&key, &call.request_id, call.price, call.started_ms));
    if hold.is_none() && started.is_none() {
        return Ok(None);
    }
    let store = call.platform.store.clone();
    let (now_ms, until_ms) = (call.platform.now_ms(), call.until_ms() + GRACE_MS);
    let mut transaction = store.transaction();
    if let Some(hold) = &hold {
        store.ledger().hold(&mut transaction, hold, key.spend_cap, now_ms, Some(until_ms))?;
    }
    if let Some(started) = &started {
        store.idempotency().start(&mut transaction, started, now_ms, until_ms)?;
    }
    // Why before the commit: if this future is dropped or panics after it, undo must know what may have been written.
    (call.hold, call.started_call) = (hold, started);
    match transaction.commit().await {
        Ok(()) => Ok(None),
        Err(error) => {
            call.hold = None;
            let started = call.started_call.take();
            refused(call, &error, started.as_ref(), now_ms)?
                .map_or_else(|| Err(other(error)), |reply| Ok(Some(reply)))
        }
    }
}

/// A call without a key is paid for by the day's budget of all such calls.
async fn without_a_key(call: &mut Call) -> Result<(), ApiError> {
    if call.headers.contains_key("idempotency-key") {
        let sentence = "An Idempotency-Key needs an API key: answers are kept for accounts.";
        return Err(ApiError::because(ErrorKind::Unauthorized, sentence));
    }
    if call.price == Credits::ZERO {
        return Ok(());
    }
    let (platform, now_ms) = (call.platform.clone(), call.started_ms);
    if platform.store.budget().take(call.price, platform.config.public_budget, now_ms).await? {
        call.budgeted = Some(call.price);
        return Ok(());
    }
    let until_midnight = 86_400 - now_ms.div_euclid(1000).rem_euclid(86_400);
    let sentence = "Calls without a key have used up the budget of this day. Use an API key.";
    Err(ApiError::because(ErrorKind::RateLimited, sentence).retry_after(until_midnight.unsigned_abs()))
}

fn idempotency(
    call: &Call,
    request: &Request<Box<dyn Any + Send + Sync>>,
    account: &str,
) -> Result<Option<StartedCall>, ApiError> {
    let Some(value) = call.headers.get("idempotency-key").filter(|_| call.route.idempotent_by_key()) else {
        return Ok(None);
    };
    let key = value.to_str().ok().filter(|key| (1..=LONGEST_KEY).contains(&key.len())).ok_or_else(|| {
        ApiError::invalid(vec![Fault::other(
            "Idempotency-Key",
            "must have 1 to 255 visible ASCII characters",
        )])
    })?;
    let file = request.file.as_ref().map_or(Bytes::new(), |file| file.bytes.clone());
    let path = call.path.as_bytes();
    // Why not the raw body: the boundary of a multipart body differs between two sends of the same request.
    let body = [&request.sent[..], &file[..]].concat();
    Ok(Some(StartedCall::new(account, key, [call.method.as_str().as_bytes(), path, &body], &call.request_id)))
}

fn refused(
    call: &Call,
    error: &TransactionError,
    started: Option<&StartedCall>,
    now_ms: i64,
) -> Result<Option<Reply>, ApiError> {
    if let Some((Refusal { found: Some(found), .. }, started)) =
        error.refused_by(Guard::Idempotency).zip(started)
    {
        return match call.platform.store.idempotency().earlier(found, started, now_ms)? {
            Earlier::Answer(kept) => replay(call, kept).map(Some),
            Earlier::OtherRequest => Err(ApiError::new(ErrorKind::IdempotencyMismatch)),
            Earlier::Running { for_ms } => {
                let seconds = for_ms.unsigned_abs().div_ceil(1000).min(LOOK_AGAIN_SECONDS);
                Err(ApiError::new(ErrorKind::IdempotencyRunning).retry_after(seconds))
            }
        };
    }
    if error.refused_by(Guard::Balance).is_some() {
        return Err(ApiError::new(ErrorKind::InsufficientCredits));
    }
    if error.refused_by(Guard::SpendCap).is_some() {
        return Err(ApiError::new(ErrorKind::SpendCapReached));
    }
    Ok(None)
}

fn other(error: TransactionError) -> ApiError {
    match error {
        TransactionError::Store(error) => error.into(),
        refused => ApiError::internal(refused),
    }
}

fn replay(call: &Call, kept: KeptAnswer) -> Result<Reply, ApiError> {
    let body = match (&call.secret, kept.sealed) {
        // Why 409: the key was rotated since, and only the secret of the first call opens its answer.
        (Some(secret), true) => {
            seal::open(secret, &kept.body).map_err(|_| ApiError::new(ErrorKind::IdempotencyMismatch))?
        }
        _ => kept.body,
    };
    Ok(Reply::json(kept.status, body).header("idempotent-replayed", "true"))
}
