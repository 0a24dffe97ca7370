//! What the account has, holds and has spent.

use common::{ApiError, Cx, Function, Request, Response};
use contract::clock::{month, seconds};
use contract::endpoints::BALANCE_GET;
use contract::platform::money::{Balance, Usd};
use contract::{ErrorKind, Nothing};

pub fn function() -> Function {
    Function::http(BALANCE_GET, handle)
}

async fn handle(cx: Cx, _: Request<Nothing>) -> Result<Response<Balance>, ApiError> {
    let ledger = cx.store.ledger();
    let sheet =
        ledger.balance(cx.account()).await?.ok_or_else(|| ApiError::new(ErrorKind::AccountNotFound))?;
    let spent_by_key = ledger.spent_by_key(cx.account(), &month(cx.now_ms())).await?;
    let balance = Balance {
        balance: sheet.available,
        held: sheet.held,
        spent: sheet.spent,
        currency: "credits".into(),
        usd: Usd { balance: sheet.available.usd(), spent: sheet.spent.usd() },
        spent_this_month: spent_by_key.into_iter().map(|(_, spent)| spent).sum(),
        updated_at: seconds(sheet.updated_at_ms),
    };
    Ok(balance.into())
}
