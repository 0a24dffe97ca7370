//! The end of the money of a call: the charge or the hand-over, the handler's own writes and the kept answer, in one
//! transaction; or, where the call failed, the release.

use contract::{Credits, ErrorKind, Fault};
use store::{Guard, KeptAnswer, Store, TransactionError};

use super::answer::Reply;
use super::call::Call;
use super::render;
use crate::function::Answer;
use crate::response::Commit;
use crate::{ApiError, seal};

pub(crate) async fn settle(call: &mut Call, answer: Answer) -> Result<Reply, ApiError> {
    let Answer { content, headers, status, commit, done, .. } = answer;
    if let Some(done) = done {
        call.price = call.price.min(done.price);
        call.quoted_tokens = call.quoted_tokens.min(done.tokens);
        (call.model, call.images) = (done.model, done.images);
    }
    let reply = render::success(call, content, headers, status)?;
    let Commit { writes, hand_over, refused, then, otherwise } = commit;
    let store: Store = call.platform.store.clone();
    let now_ms = call.platform.now_ms();
    let mut transaction = store.transaction();
    let charged = match &call.hold {
        Some(hold) if hand_over => {
            store.ledger().hand_over(&mut transaction, hold)?;
            Credits::ZERO
        }
        Some(hold) => {
            store.ledger().settle(&mut transaction, hold, call.price, now_ms)?;
            call.price
        }
        None => Credits::ZERO,
    };
    for write in writes {
        write(&store, &mut transaction)?;
    }
    if let Some(started) = &call.started_call {
        store.idempotency().finish(&mut transaction, started, &kept(call, &reply)?)?;
    }
    if let Err(error) = transaction.commit().await {
        if let (TransactionError::Refused(_), Some(undo)) = (&error, otherwise) {
            undo.await;
        }
        return Err(meaning(error, refused));
    }
    call.charged = charged;
    call.tokens = call.quoted_tokens.into();
    call.budgeted = None;
    (call.hold, call.started_call) = (None, None);
    if let Some(then) = then {
        then.await;
    }
    Ok(reply)
}

/// Bytes of an answer that are kept: what fits into one item of the store beside the rest of it.
const MOST_KEPT: usize = 360_000;

fn kept(call: &Call, reply: &Reply) -> Result<KeptAnswer, ApiError> {
    let body = reply.text().ok_or_else(|| ApiError::internal("an answer that is a stream cannot be kept"))?;
    if body.len() > MOST_KEPT {
        let sentence =
            "the answer is too large to be kept under a key: ask for less at once, or without a key";
        return Err(ApiError::invalid(vec![Fault::other("Idempotency-Key", sentence)]));
    }
    let body = match &call.secret {
        Some(secret) if call.route.secret_answer => {
            seal::seal(secret, body).map_err(|_| ApiError::internal("an answer could not be sealed"))?
        }
        _ => body.to_owned(),
    };
    Ok(KeptAnswer { status: reply.status.as_u16(), body, sealed: call.route.secret_answer })
}

fn meaning(error: TransactionError, refused: Option<fn(&TransactionError) -> Option<ApiError>>) -> ApiError {
    if let Some(known) = refused.and_then(|refused| refused(&error)) {
        return known;
    }
    // Why 504: the hold or the record was taken back because this call outlived its deadline.
    if error.refused_by(Guard::Hold).is_some() || error.refused_by(Guard::Idempotency).is_some() {
        return ApiError::new(ErrorKind::DeadlineExceeded).with_source(error);
    }
    match error {
        TransactionError::Store(error) => error.into(),
        refused => ApiError::internal(refused),
    }
}
