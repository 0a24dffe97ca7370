//! The default route: unknown paths are 404, known paths with another method 405, both in the family's shape.

use common::{ApiError, Cx, Function, Request, Response};
use contract::endpoints::FALLBACK_ENDPOINT;
use contract::routing::methods;
use contract::{ErrorKind, Nothing, Raw};
use http::HeaderValue;
use http::header::ALLOW;

pub fn function() -> Function {
    Function::http(FALLBACK_ENDPOINT, handle)
}

async fn handle(cx: Cx, _: Request<Nothing>) -> Result<Response<Raw>, ApiError> {
    let allowed = methods(&cx.path);
    if allowed.is_empty() {
        return Err(ApiError::new(ErrorKind::RouteNotFound));
    }
    let allow = HeaderValue::from_str(&allowed.join(", ")).map_err(ApiError::internal)?;
    if cx.method == http::Method::OPTIONS {
        return Ok(Response::raw("text/plain", "").status(204).header(ALLOW, allow));
    }
    Err(ApiError::new(ErrorKind::MethodNotAllowed).header(ALLOW, allow))
}
