//! Every grant, hold, charge and release of the account, newest first.

use common::{ApiError, Cx, Function, Request, Response};
use contract::endpoints::LEDGER_LIST;
use contract::platform::keys::{Page, PageQuery};
use contract::platform::money::LedgerEntry;

const PAGE: u32 = 50;

pub fn function() -> Function {
    Function::http(LEDGER_LIST, handle)
}

async fn handle(cx: Cx, req: Request<PageQuery>) -> Result<Response<Page<LedgerEntry>>, ApiError> {
    let ledger = cx.store.ledger();
    let (data, next_cursor) =
        ledger.list(cx.account(), req.limit.unwrap_or(PAGE), req.cursor.as_deref()).await?;
    Ok(Page { data, next_cursor }.into())
}
