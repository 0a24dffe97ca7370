//! Makes a webhook. Its secret is shown in this answer and sealed before anything is stored.

use common::{ApiError, Commit, Cx, Function, Request, Response};
use contract::endpoints::WEBHOOK_CREATE;
use contract::limits::MAX_WEBHOOKS;
use contract::platform::webhooks::{WebhookCreate, WebhookStatus, WebhookWithSecret};
use contract::{ErrorKind, Fault};
use secrets::Secrets;
use store::{Guard, TransactionError, WebhookRecord};
use webhooks::{Courier, new_id, new_secret, seal_context};

pub fn function() -> Function {
    Function::http(WEBHOOK_CREATE, handle)
}

async fn handle(cx: Cx, req: Request<WebhookCreate>) -> Result<Response<WebhookWithSecret>, ApiError> {
    let WebhookCreate { url, events } = req.data;
    if let Some(sentence) = cx.shared(Courier::load)?.fault_of(&url) {
        return Err(ApiError::invalid(vec![Fault::other("url", sentence)]));
    }
    let id = new_id();
    let secret = new_secret().ok_or_else(|| ApiError::internal("the system gives no randomness"))?;
    let sealed = cx.shared(Secrets::load)?.seal(&seal_context(cx.account(), &id), &secret).await?;
    let webhook = WebhookRecord {
        account: cx.account().to_owned(),
        id,
        url,
        events,
        status: WebhookStatus::Enabled,
        secret: sealed,
        base_url: cx.base_url.clone(),
        created_at_ms: cx.now_ms(),
        low_told: false,
    };
    let answer = WebhookWithSecret { webhook: webhook.shown(), secret };
    let commit = Commit::default()
        .write(move |store, all| store.webhooks().create(all, &webhook, MAX_WEBHOOKS))
        .or(refused);
    Ok(Response::from(answer).commit(commit))
}

fn refused(error: &TransactionError) -> Option<ApiError> {
    error.refused_by(Guard::WebhookCount).map(|_| ApiError::new(ErrorKind::TooManyWebhooks))
}
