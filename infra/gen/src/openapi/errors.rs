//! Which errors a route can answer with, and their bodies in each family.

use std::collections::BTreeSet;

use contract::endpoints::ROUTES;
use contract::resources::Needs;
use contract::{ERRORS, ErrorKind, ErrorRow, Family, Input, Route, Size};
use serde_json::{Map, Value, json};

use super::components::{Components, reference};
use anyhow::Result;

/// Rows of the catalogue that a route can answer with, by status.
pub fn of_route(route: &Route) -> Vec<&'static ErrorRow> {
    let mut rows: Vec<_> = ERRORS.iter().filter(|row| can(route, row.kind)).collect();
    rows.sort_by_key(|row| row.kind.status(route.family));
    rows
}

fn can(route: &Route, kind: ErrorKind) -> bool {
    use ErrorKind as E;
    let has_key = route.scope.is_some();
    let takes_file = matches!(route.input, Input::Multipart { .. });
    let takes_body = route.input != Input::Parameters;
    // What comes with a form is not fetched, and what tries a storage says what failed in its answer.
    let fetches = route.needs.contains(&Needs::Fetch) && takes_body && !takes_file;
    match kind {
        E::Unauthorized | E::Forbidden => has_key,
        E::InsufficientCredits | E::SpendCapReached => route.priced || route.fails.contains(&kind),
        E::MalformedBody | E::BodyTooLarge | E::UnsupportedMediaType => takes_body,
        E::Validation => takes_body || takes_parameters(route),
        E::InputUnreachable | E::InputRefused => fetches,
        E::InputTooLarge | E::InputNotAPicture | E::InputCorrupt => fetches || takes_file,
        E::IdempotencyMismatch | E::IdempotencyRunning => route.idempotent_by_key(),
        E::RateLimited | E::Internal | E::Overloaded => true,
        E::DeadlineExceeded => route.size != Size::Light,
        E::ModelFailed | E::ModelUnavailable => route.size == Size::Models,
        // Why: answered by the default route, which is no operation of its own.
        E::RouteNotFound | E::MethodNotAllowed => false,
        _ => route.fails.contains(&kind),
    }
}

fn takes_parameters(route: &Route) -> bool {
    route.media.is_none()
        && (route.request_schema)()["properties"].as_object().is_some_and(|known| !known.is_empty())
}

/// The body of an error as a family writes it, with the catalogue's sentence.
pub fn body(row: &ErrorRow, family: Family) -> Value {
    match family {
        Family::Images => {
            let body = json!({
                "error_code": row.images.0, "error_type": row.images.1, "error_message": row.message, "error_details": {},
            });
            if row.kind == ErrorKind::RateLimited { json!({"detail": body}) } else { body }
        }
        Family::Classification | Family::Platform => json!({
            "error": row.code.to_ascii_lowercase().replace('_', "-"), "code": row.code, "message": row.message,
            "detail": row.message, "docs_url": format!("https://api.example.com/docs/errors#{}", row.code),
        }),
        Family::Extraction => json!({"error": row.message}),
        Family::Requests if row.kind == ErrorKind::RateLimited => {
            json!({"detail": "Too many requests", "code": "rate_limited"})
        }
        Family::Requests => json!({"detail": row.message}),
    }
}

/// Responses of all errors of a route by status.
///
/// # Errors
/// When two schemas share a name.
pub fn responses(route: &Route, components: &mut Components) -> Result<Map<String, Value>> {
    let rows = of_route(route);
    let mut statuses: Vec<u16> = rows.iter().map(|row| row.kind.status(route.family)).collect();
    statuses.sort_unstable();
    statuses.dedup();
    let mut responses = Map::new();
    for status in statuses {
        let rows: Vec<_> =
            rows.iter().copied().filter(|row| row.kind.status(route.family) == status).collect();
        let schema = schema(route.family, status, components)?;
        let name = match rows[..] {
            [row] => format!("{}_{}", route.family.name(), row.anchor().to_ascii_lowercase()),
            _ => format!("{}_{status}", route.family.name()),
        };
        responses.insert(
            status.to_string(),
            components.response(&name, response(&rows, route.family, status, &schema)),
        );
    }
    Ok(responses)
}

fn response(rows: &[&ErrorRow], family: Family, status: u16, schema: &Value) -> Value {
    let description =
        rows.iter().map(|row| format!("`{}`: {}", row.code, row.docs)).collect::<Vec<_>>().join("\n\n");
    let examples: Map<String, Value> =
        rows.iter().map(|row| (row.anchor(), json!({"value": body(row, family)}))).collect();
    let mut headers = json!({"X-Request-ID": reference("headers", "RequestId")});
    if matches!(status, 429 | 503) {
        headers["Retry-After"] = reference("headers", "RetryAfter");
    }
    json!({
        "description": description, "headers": headers,
        "content": {"application/json": {"schema": schema, "examples": examples}},
    })
}

fn schema(family: Family, status: u16, components: &mut Components) -> Result<Value> {
    match family {
        Family::Images => {
            let error = components.insert("ImagesError", images())?;
            if status != 429 {
                return Ok(error);
            }
            let nested = json!({"type": "object", "required": ["detail"], "properties": {"detail": error}});
            components.insert("ImagesRateLimited", nested)
        }
        Family::Classification | Family::Platform => components.insert("Error", platform()),
        Family::Extraction => {
            components.insert("ExtractionError", one_field("error", json!({"type": "string"})))
        }
        Family::Requests => {
            components.insert("RequestsError", one_field("detail", json!({"type": ["string", "array"]})))
        }
    }
}

fn one_field(name: &str, schema: Value) -> Value {
    json!({"type": "object", "required": [name], "properties": {name: schema}})
}

fn images() -> Value {
    let used = ROUTES.iter().filter(|route| route.family == Family::Images).flat_map(|route| of_route(route));
    let mut kinds: Vec<&str> = used.map(|row| row.images.1).collect();
    kinds.sort_unstable();
    kinds.dedup();
    json!({
        "type": "object",
        "required": ["error_code", "error_type", "error_message", "error_details"],
        "properties": {
            "error_code": {"type": "string", "pattern": "^[0-9]+$"},
            "error_type": {"type": "string", "enum": kinds},
            "error_message": {"type": "string"},
            "error_details": {
                "type": "object",
                "description": "On a failed validation: the dotted path of each field with its messages.",
            },
        },
    })
}

fn platform() -> Value {
    json!({
        "type": "object",
        "required": ["error", "code", "message", "detail", "docs_url"],
        "properties": {
            "error": {"type": "string", "description": "The code in lower case with dashes."},
            "code": {"type": "string", "enum": ERRORS.iter().map(|row| row.code).collect::<BTreeSet<_>>()},
            "message": {"type": "string"},
            "detail": {"type": "string", "description": "The same as `message`."},
            "details": {"type": "object", "description": "On a failed validation: the first `field`, and `errors`, a list of `{field, message}` of all."},
            "docs_url": {"type": "string", "format": "uri"},
        },
    })
}
