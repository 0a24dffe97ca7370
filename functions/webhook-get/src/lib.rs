//! One webhook, without its secret.

use common::{ApiError, Cx, Function, Request, Response};
use contract::endpoints::WEBHOOK_GET;
use contract::platform::webhooks::{Webhook, WebhookRef};

pub fn function() -> Function {
    Function::http(WEBHOOK_GET, handle)
}

async fn handle(cx: Cx, req: Request<WebhookRef>) -> Result<Response<Webhook>, ApiError> {
    Ok(webhooks::find(&cx.store, cx.account(), &req.id).await?.shown().into())
}
