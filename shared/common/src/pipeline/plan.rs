//! What the request comes to: an endpoint's own hook resolves what it names, and says under which keys its answer is kept.

use std::any::Any;

use super::call::Call;
use super::deadline;
use crate::function::HttpFunction;
use crate::{ApiError, Request};

type Erased = Request<Box<dyn Any + Send + Sync>>;

pub(crate) async fn plan(
    call: &mut Call,
    function: &HttpFunction,
    request: Erased,
) -> Result<Erased, ApiError> {
    let Some(plan) = &function.plan else { return Ok(request) };
    let (request, cache) = deadline::within(call, plan(call.context(), request)).await?;
    call.cache = cache;
    Ok(request)
}
