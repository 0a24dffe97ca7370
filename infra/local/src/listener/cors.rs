//! Any origin, no credentials. Headers of answers are the pipeline's; this answers preflights.

use common::EXPOSED_HEADERS;
use contract::cors::{ALLOWED_HEADERS, MAX_AGE_SECONDS};
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

/// What pages may ask of the store, with what a signature admits.
pub const STORE_METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT"];

pub fn preflight(methods: &[&str]) -> Response<Outgoing> {
    let mut response = Response::new(full(""));
    *response.status_mut() = StatusCode::NO_CONTENT;
    for (name, value) in [
        (ACCESS_CONTROL_ALLOW_METHODS, listed(methods)),
        (ACCESS_CONTROL_ALLOW_HEADERS, listed(ALLOWED_HEADERS)),
        (ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
        (ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED_HEADERS.clone()),
        (ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECONDS.into()),
    ] {
        response.headers_mut().insert(name, value);
    }
    response
}

/// What the store answers, to pages of any origin: what is asked of it is admitted by a signature.
pub fn open(mut response: Response<Outgoing>) -> Response<Outgoing> {
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response.headers_mut().insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("ETag"));
    response
}

fn listed(names: &[&str]) -> HeaderValue {
    HeaderValue::from_str(&names.join(", ")).expect("names and commas are a header's value")
}
