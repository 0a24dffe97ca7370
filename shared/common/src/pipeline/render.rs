//! Answers in the family's shape.

use contract::wording::{plain, pydantic_v1, pydantic_v2, sentence};
use contract::{ErrorKind, Family, Fault, Input};
use http::HeaderMap;
use serde_json::{Map, Value, json};

use super::answer::Reply;
use super::call::Call;
use crate::ApiError;
use crate::response::Content;

pub(crate) fn success(
    call: &Call,
    content: Content<Value>,
    headers: HeaderMap,
    status: Option<u16>,
) -> Result<Reply, ApiError> {
    let status = status.unwrap_or(call.route.status);
    let mut reply = match content {
        Content::Raw { media, body } => Reply::new(status, &media, body),
        Content::Json(data) => {
            let shaped = if call.family == Family::Images { json!({"data": data}) } else { data };
            Reply::json(status, serde_json::to_string(&shaped).map_err(ApiError::internal)?)
        }
    };
    reply.headers.extend(headers);
    Ok(reply)
}

pub(crate) fn failure(call: &Call, error: ApiError) -> Reply {
    let status = error.kind.status(call.family);
    if let Some(source) = &error.source {
        let chain = chain(source.as_ref());
        match status {
            500.. => {
                tracing::error!(request_id = call.request_id, error = chain, "{} failed", call.route.name)
            }
            _ => tracing::debug!(request_id = call.request_id, error = chain, "{} refused", call.route.name),
        }
    }
    let body = body(call, &error);
    let mut reply = Reply::json(status, body.to_string());
    reply.headers.extend(*error.headers);
    reply.error_code = Some(error.kind.row().code);
    reply
}

fn body(call: &Call, error: &ApiError) -> Value {
    match call.family {
        Family::Images => images(error),
        Family::Classification | Family::Platform => classification(error, &call.base_url()),
        Family::Extraction => json!({"error": message(error, Family::Extraction)}),
        Family::Requests => requests(call, error),
    }
}

fn images(error: &ApiError) -> Value {
    let (code, kind) = error.kind.row().images;
    let mut details: Map<String, Value> = Map::new();
    for fault in &error.faults {
        let messages = details.entry(fault.path.clone()).or_insert_with(|| json!([]));
        if let Some(list) = messages.as_array_mut() {
            list.push(pydantic_v1(&fault.rule).into());
        }
    }
    let body = json!({
        "error_code": code, "error_type": kind, "error_message": message(error, Family::Images), "error_details": details,
    });
    if error.kind == ErrorKind::RateLimited { json!({"detail": body}) } else { body }
}

fn classification(error: &ApiError, base_url: &str) -> Value {
    let code = error.kind.row().code;
    let message = message(error, Family::Platform);
    let mut body = json!({
        "error": code.to_ascii_lowercase().replace('_', "-"), "code": code, "message": message, "detail": message,
        "docs_url": format!("{base_url}{}#{}", contract::endpoints::DOCS_ERRORS_PATH, error.kind.row().anchor()),
    });
    if !error.faults.is_empty() {
        let word = |fault: &Fault| json!({"field": fault.path, "message": plain(&fault.rule)});
        let first = error.faults.first().map(|fault| fault.path.as_str());
        body["details"] =
            json!({"field": first, "errors": error.faults.iter().map(word).collect::<Vec<_>>()});
    }
    body
}

fn requests(call: &Call, error: &ApiError) -> Value {
    if error.kind == ErrorKind::RateLimited {
        return json!({"detail": "Too many requests", "code": "rate_limited"});
    }
    if error.faults.is_empty() {
        return json!({"detail": message(error, Family::Requests)});
    }
    let word = |fault: &Fault| {
        let place = std::iter::once(origin(call, &fault.path))
            .chain(fault.path.split('.').filter(|part| !part.is_empty()));
        let (kind, sentence) = pydantic_v2(&fault.rule);
        json!({"type": kind, "loc": place.collect::<Vec<_>>(), "msg": sentence, "input": null})
    };
    json!({"detail": error.faults.iter().map(word).collect::<Vec<_>>()})
}

/// Where a request has a field.
fn origin(call: &Call, path: &str) -> &'static str {
    match call.route.input {
        _ if call.route.path_parameters().any(|name| name == path) => "path",
        Input::Parameters => "query",
        _ => "body",
    }
}

fn message(error: &ApiError, family: Family) -> String {
    match (error.kind, family) {
        (ErrorKind::Unauthorized, Family::Extraction) => "Invalid or missing Authorization header".into(),
        (ErrorKind::Unauthorized, Family::Requests) => "Not authenticated".into(),
        (_, Family::Images) if !error.faults.is_empty() => sentence(&error.faults, pydantic_v1),
        _ if !error.faults.is_empty() => sentence(&error.faults, plain),
        _ => error.message.clone(),
    }
}

/// An error with all its causes, for the log.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}
