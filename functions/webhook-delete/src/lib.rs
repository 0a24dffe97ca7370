//! Deletes a webhook. What waits to be sent to it is not sent: whoever comes to send it finds no webhook.

use common::{ApiError, Commit, Cx, Function, Request, Response};
use contract::ErrorKind;
use contract::endpoints::WEBHOOK_DELETE;
use contract::platform::webhooks::{WebhookDeleted, WebhookRef};
use store::{Guard, TransactionError};

pub fn function() -> Function {
    Function::http(WEBHOOK_DELETE, handle)
}

async fn handle(cx: Cx, req: Request<WebhookRef>) -> Result<Response<WebhookDeleted>, ApiError> {
    let webhook = webhooks::find(&cx.store, cx.account(), &req.id).await?;
    let answer = WebhookDeleted { id: webhook.id.clone(), deleted: true };
    let commit = Commit::default().write(move |store, all| store.webhooks().delete(all, &webhook)).or(
        |error: &TransactionError| {
            error.refused_by(Guard::Webhook).map(|_| ApiError::new(ErrorKind::WebhookNotFound))
        },
    );
    Ok(Response::from(answer).commit(commit))
}
