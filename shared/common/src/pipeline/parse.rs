//! The request as typed data, or every fault of it at once.

use bytes::Bytes;
use contract::limits::MAX_JSON_BODY;
use contract::validate::{drop_nulls, validate};
use contract::{ErrorKind, Fault, Input, Rule};
use serde_json::{Map, Value};

use super::call::{Call, decode};
use crate::function::HttpFunction;
use crate::request::Upload;
use crate::{ApiError, Request};

type Erased = Box<dyn std::any::Any + Send + Sync>;

/// Parts of a multipart body beside `file` and `data` are ignored; more than this many are refused.
const MOST_PARTS: usize = 16;

pub(crate) async fn parse(call: &mut Call, function: &HttpFunction) -> Result<Request<Erased>, ApiError> {
    let (sent, file) = match call.route.input {
        Input::Parameters => (Bytes::new(), None),
        Input::Json { .. } => (call.body.clone(), None),
        Input::Multipart { .. } => multipart(call).await?,
    };
    let schema = function.schema();
    let mut value = match call.route.input {
        Input::Parameters => query(&call.query, schema),
        _ => json(&sent)?,
    };
    drop_nulls(&mut value);
    let mut faults = Vec::new();
    merge_path(call, schema, &mut value, &mut faults);
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
fn merge_path(call: &Call, schema: &Value, value: &mut Value, faults: &mut Vec<Fault>) {
    let Value::Object(members) = value else { return };
    for (name, text) in call.path_values() {
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

async fn multipart(call: &Call) -> Result<(Bytes, Option<Upload>), ApiError> {
    let broken = |error: multer::Error| {
        ApiError::because(ErrorKind::MalformedBody, "The body is not valid multipart/form-data.")
            .with_source(error)
    };
    let boundary = call
        .header(http::header::CONTENT_TYPE)
        .and_then(|media| multer::parse_boundary(media).ok())
        .ok_or_else(|| {
            ApiError::because(ErrorKind::MalformedBody, "The content type names no multipart boundary.")
        })?;
    let body = call.body.clone();
    let stream = futures::stream::once(async move { Ok::<_, std::io::Error>(body) });
    let mut parts = multer::Multipart::new(stream, boundary);
    let (mut data, mut file) = (Bytes::new(), None);
    for _ in 0..=MOST_PARTS {
        let Some(part) = parts.next_field().await.map_err(broken)? else {
            return Ok((data, file));
        };
        let (name, file_name) = (part.name().map(str::to_owned), part.file_name().map(str::to_owned));
        let bytes = part.bytes().await.map_err(broken)?;
        match name.as_deref() {
            Some("data") if bytes.len() > MAX_JSON_BODY => {
                let sentence = format!("The part data is over the limit of {MAX_JSON_BODY} bytes.");
                return Err(ApiError::because(ErrorKind::BodyTooLarge, sentence));
            }
            Some("data") => data = bytes,
            Some("file") => match file_name.filter(|name| !name.is_empty()) {
                Some(name) => file = Some(Upload { name, bytes }),
                None => {
                    return Err(ApiError::invalid(vec![Fault::other(
                        "file",
                        "must be a file with a file name",
                    )]));
                }
            },
            _ => {}
        }
    }
    Err(ApiError::because(ErrorKind::MalformedBody, "The multipart body has too many parts."))
}
