//! Any origin, no credentials. Headers of answers are the pipeline's; this answers preflights.

use common::EXPOSED_HEADERS;
use contract::cors::{ALLOWED_HEADERS, ALLOWED_METHODS, MAX_AGE_SECONDS};
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};

use super::body::{Outgoing, full};

pub fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::OPTIONS
        && headers.contains_key(ORIGIN)
        && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

pub fn preflight() -> Response<Outgoing> {
    let mut response = Response::new(full(""));
    *response.status_mut() = StatusCode::NO_CONTENT;
    for (name, value) in [
        (ACCESS_CONTROL_ALLOW_METHODS, listed(ALLOWED_METHODS)),
        (ACCESS_CONTROL_ALLOW_HEADERS, listed(ALLOWED_HEADERS)),
        (ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
        (ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED_HEADERS.clone()),
        (ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECONDS.into()),
    ] {
        response.headers_mut().insert(name, value);
    }
    response
}

fn listed(names: &[&str]) -> HeaderValue {
    HeaderValue::from_str(&names.join(", ")).expect("names and commas are a header's value")
}
