//! Sends a message again, now and under its id, whatever came of it before.

use common::{ApiError, Commit, Cx, Function, Request, Response};
use contract::ErrorKind;
use contract::endpoints::WEBHOOK_REDELIVER;
use contract::platform::webhooks::{Delivery, DeliveryRef, DeliveryStatus};
use store::{DeliveryRecord, Guard, TransactionError};

pub fn function() -> Function {
    Function::http(WEBHOOK_REDELIVER, handle)
}

async fn handle(cx: Cx, req: Request<DeliveryRef>) -> Result<Response<Delivery>, ApiError> {
    let webhook = webhooks::find(&cx.store, cx.account(), &req.id).await?;
    let unknown = || ApiError::new(ErrorKind::DeliveryNotFound);
    let found = cx.store.webhooks().delivery(&webhook.id, &req.delivery).await?.ok_or_else(unknown)?;
    if !webhook.is_enabled() {
        return Err(ApiError::new(ErrorKind::WebhookDisabled));
    }
    let now_ms = cx.now_ms();
    let again = DeliveryRecord {
        status: DeliveryStatus::Pending,
        attempts: 0,
        last_status: None,
        last_error: None,
        due_at_ms: Some(now_ms),
        ..found.clone()
    };
    let (store, message) = (cx.store.clone(), found.message());
    let send = async move { store.webhooks().send(&[message]).await };
    let commit = Commit::default()
        .write(move |store, all| store.webhooks().send_again(all, &found, now_ms))
        .or(gone)
        .then(send);
    Ok(Response::from(again.shown(&webhook)).commit(commit))
}

fn gone(error: &TransactionError) -> Option<ApiError> {
    error.refused_by(Guard::Delivery).map(|_| ApiError::new(ErrorKind::DeliveryNotFound))
}
