//! The reference and the catalogue of errors as pages, generated from the contract. They load nothing from anywhere.

use common::{ApiError, Cx, Function, Request, Response};
use contract::endpoints::{DOCS_ERRORS_PATH, DOCS_GET};
use contract::{Nothing, Raw};
use http::HeaderValue;
use http::header::CONTENT_SECURITY_POLICY;

const REFERENCE: &str = include_str!("../docs.html");
const ERRORS: &str = include_str!("../errors.html");
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub fn function() -> Function {
    Function::http(DOCS_GET, handle)
}

async fn handle(cx: Cx, _: Request<Nothing>) -> Result<Response<Raw>, ApiError> {
    let page = if cx.path == DOCS_ERRORS_PATH { ERRORS } else { REFERENCE };
    let response = Response::raw("text/html; charset=utf-8", page);
    Ok(response.header(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)))
}
