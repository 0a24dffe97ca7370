//! Grants credits to an account, or takes back what is available.

use common::{ApiError, Commit, Cx, Function, Request, Response};
use contract::ErrorKind;
use contract::endpoints::BALANCE_GRANT;
use contract::platform::money::{GrantCreate, LedgerEntry};
use store::{Guard, Ledger, TransactionError};

pub fn function() -> Function {
    Function::http(BALANCE_GRANT, handle)
}

async fn handle(cx: Cx, req: Request<GrantCreate>) -> Result<Response<LedgerEntry>, ApiError> {
    let now_ms = cx.now_ms();
    let entry = Ledger::grant_entry(&cx.request_id, req.credits, &req.reason, now_ms);
    let (account, written) = (req.account.clone(), entry.clone());
    let commit = Commit::default()
        .write(move |store, all| store.ledger().grant(all, &account, &written, now_ms))
        .or(refused);
    Ok(Response::from(entry).commit(commit))
}

fn refused(error: &TransactionError) -> Option<ApiError> {
    let refusal = error.refused_by(Guard::Balance)?;
    let kind = if refusal.found.is_some() { ErrorKind::GrantBelowZero } else { ErrorKind::AccountNotFound };
    Some(ApiError::new(kind))
}
