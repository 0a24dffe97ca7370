//! What was sent to a webhook, newest first, and what came of it.

use common::{ApiError, Cx, Function, Request, Response};
use contract::endpoints::WEBHOOK_DELIVERIES;
use contract::platform::keys::Page;
use contract::platform::webhooks::{Delivery, DeliveryQuery};

const PAGE: u32 = 50;

pub fn function() -> Function {
    Function::http(WEBHOOK_DELIVERIES, handle)
}

async fn handle(cx: Cx, req: Request<DeliveryQuery>) -> Result<Response<Page<Delivery>>, ApiError> {
    let webhook = webhooks::find(&cx.store, cx.account(), &req.id).await?;
    let limit = req.limit.unwrap_or(PAGE);
    let (found, next_cursor) =
        cx.store.webhooks().deliveries(&webhook.id, limit, req.cursor.as_deref()).await?;
    let data = found.iter().map(|delivery| delivery.shown(&webhook)).collect();
    Ok(Page { data, next_cursor }.into())
}
