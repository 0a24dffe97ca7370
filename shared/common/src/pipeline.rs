//! Everything that happens to a call, in this order. One file a step; a step with nothing to do returns on its first line.

mod answer;
mod authenticate;
mod authorize;
mod body;
mod cache;
mod call;
mod ceiling;
mod deadline;
mod limit;
mod panic;
mod parse;
mod plan;
mod quote;
mod record;
mod render;
mod reserve;
mod settle;
mod taken;

pub use answer::EXPOSED as EXPOSED_HEADERS;
pub use authenticate::may_send;
pub(crate) use panic::caught;
pub use panic::message as panic_message;

use std::sync::Arc;

use bytes::Bytes;

use crate::function::HttpFunction;
use crate::{ApiError, Body, Origin, Platform};
use answer::Reply;
use call::Call;
use taken::{InWork, Taken};

/// Answers one call. Never fails and never panics: whatever happens becomes an answer in the family's shape.
pub async fn run(
    platform: Arc<Platform>,
    function: &HttpFunction,
    request: http::Request<Bytes>,
    origin: Origin,
) -> http::Response<Body> {
    let mut work = InWork(Call::begin(platform, function, request, origin));
    let call = &mut work.0;
    let outcome = panic::caught(steps(call, function)).await;
    if outcome.is_ok() {
        call.budgeted = None;
    }
    Taken::of(call).give_back().await;
    let reply = outcome.unwrap_or_else(|error| render::failure(call, error));
    let row = record::row(call, &reply);
    // The answer stands, whatever happens to its row.
    let recorded = panic::caught(async {
        record::record(call, row).await;
        Ok(())
    });
    if let Err(error) = recorded.await {
        tracing::error!(request_id = call.request_id, error = ?error.source, "row not written");
    }
    answer::finish(call, reply)
}

async fn steps(call: &mut Call, function: &HttpFunction) -> Result<Reply, ApiError> {
    body::check(call)?;
    authenticate::authenticate(call).await?;
    authorize::authorize(call)?;
    ceiling::admit(call)?;
    let request = parse::parse(call, function).await?;
    let request = plan::plan(call, function, request).await?;
    cache::look_up(call).await?;
    limit::enter(call).await?;
    quote::quote(call, function, &request).await?;
    limit::count(call).await?;
    if let Some(mut earlier) = reserve::reserve(call, &request).await? {
        cache::headers(call, &mut earlier.headers);
        return Ok(earlier);
    }
    let mut answer = deadline::within(call, (function.handle)(call.context(), request)).await?;
    let fresh = std::mem::take(&mut answer.fresh);
    let mut reply = settle::settle(call, answer).await?;
    cache::write(call, fresh).await;
    cache::headers(call, &mut reply.headers);
    Ok(reply)
}
