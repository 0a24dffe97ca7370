//! All keys of the account, without secrets.

use std::collections::HashMap;

use common::{ApiError, Cx, Function, Request, Response};
use contract::clock::month;
use contract::endpoints::KEY_LIST;
use contract::platform::keys::{Key, Page, PageQuery};

const PAGE: u32 = 50;

pub fn function() -> Function {
    Function::http(KEY_LIST, handle)
}

async fn handle(cx: Cx, req: Request<PageQuery>) -> Result<Response<Page<Key>>, ApiError> {
    let now_ms = cx.now_ms();
    let keys = cx.store.keys();
    let (keys, next_cursor) =
        keys.list(cx.account(), req.limit.unwrap_or(PAGE), req.cursor.as_deref()).await?;
    let spent = cx.store.ledger().spent_by_key(cx.account(), &month(now_ms)).await?;
    let spent: HashMap<String, _> = spent.into_iter().collect();
    let data =
        keys.iter().map(|key| key.show(spent.get(&key.id).copied().unwrap_or_default(), now_ms)).collect();
    Ok(Page { data, next_cursor }.into())
}
