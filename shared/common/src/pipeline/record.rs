//! The line, the metrics and the row of a call.

use contract::{Credits, Family, Method};
use store::CallRow;

use super::answer::Reply;
use super::call::Call;
use crate::telemetry;

/// Bytes of a body that are kept where a key asks for it.
const BODY: usize = 2048;

pub(crate) async fn record(call: &Call, row: CallRow) {
    telemetry::call(&row, call.platform.config.in_lambda);
    if call.key.is_none() {
        return;
    }
    // Why cached answers wait like calls that only read: no money moves by them.
    let at_once = call.route.method != Method::Get && !call.cached;
    let platform = &call.platform;
    if let Err(error) = platform.recorder.record(&platform.store, row, at_once).await {
        tracing::error!(request_id = call.request_id, error = %error, "row not written");
    }
    if let Some(key) = &call.key
        && platform.keys.used(&key.id, call.started_ms)
        && let Err(error) = platform.store.keys().touch(key, call.started_ms).await
    {
        tracing::warn!(key_id = key.id, error = %error, "last use not written");
    }
}

/// Pictures that were paid for: one an edit, else those that were read.
fn images(call: &Call, reply: &Reply) -> i64 {
    let is_edit = call.route.priced && call.family == Family::Images && reply.status.is_success();
    // Those that are edited in the background are counted where they are charged.
    if is_edit { i64::from(call.charged > Credits::ZERO) } else { call.images.into() }
}

/// What is kept of a call and its answer.
pub(crate) fn row(call: &Call, reply: &Reply) -> CallRow {
    let key = call.key.as_deref();
    let wanted = key.is_some_and(|key| key.log_bodies) && !call.route.secret_request;
    let keeps_body = wanted && !call.body.is_empty();
    CallRow {
        account: key.map(|key| key.account.clone()).unwrap_or_default(),
        key_id: key.map(|key| key.id.clone()).unwrap_or_default(),
        request_id: call.request_id.clone(),
        at_ms: call.started_ms,
        method: call.method.to_string(),
        // Why not the path of file links: their token is what opens the file.
        path: if call.key.is_some() {
            call.path.chars().take(512).collect()
        } else {
            call.route.path.to_owned()
        },
        route: call.route.name,
        status: reply.status.as_u16(),
        latency_ms: i64::try_from(call.started.elapsed().as_millis()).unwrap_or(i64::MAX),
        credits: call.charged,
        images: images(call, reply),
        tokens: call.tokens,
        model: call.model.clone(),
        cached: call.cached,
        error_code: reply.error_code,
        body: keeps_body
            .then(|| String::from_utf8_lossy(&call.body[..call.body.len().min(BODY)]).into_owned()),
    }
}
