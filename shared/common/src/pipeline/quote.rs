//! What the call will cost at most.

use super::call::Call;
use crate::Request;
use crate::function::HttpFunction;

pub(crate) fn quote(
    call: &mut Call,
    function: &HttpFunction,
    request: &Request<Box<dyn std::any::Any + Send + Sync>>,
) {
    if let Some(quote) = &function.quote {
        call.price = quote(&*request.data);
    }
}
