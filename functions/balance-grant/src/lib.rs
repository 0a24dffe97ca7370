//! Grants credits to an account, or takes back what is available.

use common::{ApiError, Commit, Cx, Function, Request, Response};
use contract::endpoints::BALANCE_GRANT;
use contract::platform::money::{GrantCreate, LedgerEntry};
use contract::{Credits, ErrorKind, Fault};
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
        .or(if req.credits < Credits::ZERO { below_zero } else { too_much });
    Ok(Response::from(entry).commit(commit))
}

fn below_zero(error: &TransactionError) -> Option<ApiError> {
    refused(error, ApiError::new(ErrorKind::GrantBelowZero))
}

fn too_much(error: &TransactionError) -> Option<ApiError> {
    let fault = Fault::other("credits", "must not take the account's grants beyond what can be counted");
    refused(error, ApiError::invalid(vec![fault]))
}

fn refused(error: &TransactionError, of_balance: ApiError) -> Option<ApiError> {
    let refusal = error.refused_by(Guard::Balance)?;
    Some(if refusal.found.is_some() { of_balance } else { ApiError::new(ErrorKind::AccountNotFound) })
}
