//! What the work that the cache does not answer will cost at most.

use super::call::Call;
use super::deadline;
use crate::function::HttpFunction;
use crate::{ApiError, Request};

pub(crate) async fn quote(
    call: &mut Call,
    function: &HttpFunction,
    request: &Request<Box<dyn std::any::Any + Send + Sync>>,
) -> Result<(), ApiError> {
    let Some(quote) = function.quote.as_ref().filter(|_| !call.cached) else { return Ok(()) };
    let quote = deadline::within(call, quote(&call.platform, &*request.data, &call.hits)).await?;
    (call.price, call.quoted_tokens, call.model) = (quote.price, quote.tokens, quote.model);
    Ok(())
}
