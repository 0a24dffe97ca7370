//! All webhooks of the account, without secrets.

use common::{ApiError, Cx, Function, Request, Response};
use contract::Nothing;
use contract::endpoints::WEBHOOK_LIST;
use contract::platform::keys::Page;
use contract::platform::webhooks::Webhook;

pub fn function() -> Function {
    Function::http(WEBHOOK_LIST, handle)
}

async fn handle(cx: Cx, _: Request<Nothing>) -> Result<Response<Page<Webhook>>, ApiError> {
    let webhooks = cx.store.webhooks().list(cx.account()).await?;
    let data = webhooks.iter().map(|webhook| webhook.shown()).collect();
    Ok(Page { data, next_cursor: None }.into())
}
