//! The request as typed data, or every fault of it at once.

mod form;

use bytes::Bytes;
use contract::validate::{drop_nulls, validate};
use contract::{ErrorKind, Fault, Input, Rule};
use serde_json::{Map, Value};

use super::body::is_form;
use super::call::{Call, decode};
use crate::function::HttpFunction;
use crate::{ApiError, Request};

type Erased = Box<dyn std::any::Any + Send + Sync>;

/// Bytes of the longest id that anything has; the store refuses keys that are much longer.
const LONGEST_ID: usize = 512;

pub(crate) async fn parse(call: &mut Call, function: &HttpFunction) -> Result<Request<Erased>, ApiError> {
    let named = call.path_values();
    if call.key.is_some() && named.iter().any(|(_, text)| text.len() > LONGEST_ID) {
        let unknown = call.route.fails.iter().copied().find(|kind| kind.row().status == 404);
        return Err(ApiError::new(unknown.unwrap_or(ErrorKind::RouteNotFound)));
    }
    let (sent, file) = match call.route.input {
        Input::Parameters => (Bytes::new(), None),
        Input::Form { file, .. } if is_form(call) => form::fields(call, file).await?,
        Input::Json { .. } | Input::Form { .. } => (call.body.clone(), None),
        Input::Multipart { .. } => form::data_and_file(call).await?,
    };
    let schema = function.schema();
    let mut value = match call.route.input {
        Input::Parameters => query(&call.query, schema),
        _ => json(&sent)?,
    };
    drop_nulls(&mut value);
    let mut faults = Vec::new();
    merge_path(call, named, schema, &mut value, &mut faults);
    // Why: a query may carry what a proxy or a client library adds, so unknown names there are no faults.
    let strict = call.family.strict() && call.route.input != Input::Parameters;
    faults.extend(validate(&value, schema, strict));
    if matches!(call.route.input, Input::Multipart { .. }) && file.is_none() {
        faults.push(Fault::new("file", Rule::Missing));
    }
    if !faults.is_empty() {
        return Err(ApiError::invalid(faults));
    }
    let data = (function.prepare)(value).map_err(ApiError::invalid)?;
    let sent = if sent.is_empty() { Bytes::from_static(b"{}") } else { sent };
    Ok(Request { data, sent, file, headers: call.headers.clone() })
}

fn json(body: &Bytes) -> Result<Value, ApiError> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Object(Map::new()));
    }
    serde_json::from_slice(body).map_err(|error| {
        let place = format!("The body is not valid JSON: line {}, column {}.", error.line(), error.column());
        ApiError::because(ErrorKind::MalformedBody, place)
    })
}

/// Path parameters join the body under their names; a body may not bring them itself.
fn merge_path(
    call: &Call,
    named: Vec<(&'static str, String)>,
    schema: &Value,
    value: &mut Value,
    faults: &mut Vec<Fault>,
) {
    let Value::Object(members) = value else { return };
    for (name, text) in named {
        if members.contains_key(name) && call.route.input != Input::Parameters {
            faults.push(Fault::new(name, Rule::Unknown));
        }
        members.insert(name.to_owned(), coerce(schema, name, &text));
    }
}

/// Query parameters as an object; of a name given twice the last counts.
fn query(query: &str, schema: &Value) -> Value {
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, text) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decode(&name.replace('+', " "));
        let value = coerce(schema, &name, &decode(&text.replace('+', " ")));
        (name, value)
    });
    Value::Object(pairs.collect())
}

/// Text becomes a number or a boolean where the schema says so and it is one; else it stays text, for the walk to refuse.
fn coerce(schema: &Value, name: &str, text: &str) -> Value {
    let kind = schema.pointer(&format!("/properties/{name}/type"));
    let names = |wanted: &str| match kind {
        Some(Value::String(kind)) => kind == wanted,
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == wanted),
        _ => false,
    };
    let number =
        || text.parse::<u64>().ok().map(Value::from).or_else(|| text.parse::<i64>().ok().map(Value::from));
    match text {
        "true" | "false" if names("boolean") => Value::Bool(text == "true"),
        _ if names("integer") => number().unwrap_or_else(|| text.into()),
        _ => text.into(),
    }
}
