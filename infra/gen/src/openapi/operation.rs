//! One operation: a route and a method.

use anyhow::Result;
use contract::endpoints::FILE_GET;
use contract::limits::LimitClass;
use contract::{Family, Input, Route};
use serde_json::{Map, Value, json};

use super::components::{Components, reference};
use super::{errors, parameters, title};
use crate::examples;

/// The operation of a route; `HEAD` has the headers of `GET` and no content.
pub fn operation(route: &Route, method: &str, components: &mut Components) -> Result<Value> {
    let mut responses = Map::new();
    responses.insert(route.status.to_string(), success(route, components)?);
    if route.name == FILE_GET.route.name {
        responses.extend(of_files());
    }
    responses.extend(errors::responses(route, components)?);
    if method == "HEAD" {
        responses.values_mut().for_each(strip_content);
    }
    let mut operation = json!({
        "operationId": route.name,
        "summary": route.summary,
        "description": description(route),
        "tags": [title(route.family)],
        "security": security(route),
        "responses": responses,
    });
    let parameters = parameters::parameters(route);
    if !parameters.is_empty() {
        operation["parameters"] = json!(parameters);
    }
    if let Some(schema) = parameters::body(route) {
        let schema = components.schema(schema)?;
        let required = !parameters::body_is_optional(route);
        operation["requestBody"] =
            json!({"required": required, "content": parameters::content(route, schema)});
    }
    Ok(operation)
}

fn description(route: &Route) -> String {
    let mut sentences = Vec::new();
    let scopes: Vec<_> = route.scopes().map(|scope| format!("`{}`", scope.name())).collect();
    sentences.push(match &scopes[..] {
        [] => "Needs no key.".to_owned(),
        [scope] => format!("Scope: {scope}."),
        scopes => format!("Scope: any of {}.", scopes.join(", ")),
    });
    if route.public {
        sentences.push("In public mode texts are answered without a key too.".to_owned());
    }
    if let Some(other) = route.family.prefixes().get(1) {
        sentences.push(format!("Also at `{other}{}`.", route.path));
    }
    if let Some(limit) = route.limit {
        let rate = limit.rate();
        let all = [(rate.per_hour, "an hour"), (rate.per_minute, "a minute"), (rate.per_second, "a second")];
        let all = all.into_iter().filter_map(|(most, time)| Some(format!("{} {time}", most?)));
        sentences.push(match limit {
            LimitClass::Classify => {
                "Calls and tokens a minute, and calls at the same time, are limited by the account's tier; see `GET /v1/limits`.".to_owned()
            }
            _ => format!("At most so many calls of an account: {}.", all.collect::<Vec<_>>().join(", ")),
        });
    }
    if route.priced {
        sentences.push("Costs credits; see `GET /v1/limits`.".to_owned());
    }
    match route.input {
        Input::Json { max_bytes } | Input::Multipart { max_bytes } | Input::Form { max_bytes, .. } => {
            sentences.push(format!("The body is at most {} MB.", max_bytes / 1_000_000));
        }
        Input::Parameters => {}
    }
    sentences.join(" ")
}

fn security(route: &Route) -> Value {
    match route.scope {
        Some(_) => json!([{"bearer": []}]),
        None => json!([]),
    }
}

fn success(route: &Route, components: &mut Components) -> Result<Value> {
    let mut headers = json!({"X-Request-ID": reference("headers", "RequestId")});
    if route.limit.is_some() && route.family == Family::Images {
        headers["RateLimit-Limit"] = reference("headers", "RateLimit");
        headers["RateLimit-Remaining"] = reference("headers", "RateRemaining");
        headers["RateLimit-Reset"] = reference("headers", "RateReset");
    }
    if route.idempotent_by_key() {
        headers["Idempotent-Replayed"] = reference("headers", "Replayed");
    }
    Ok(json!({"description": "Success", "headers": headers, "content": content(route, components)?}))
}

fn content(route: &Route, components: &mut Components) -> Result<Value> {
    if let Some(media) = route.media {
        let media = media.split(';').next().unwrap_or(media);
        let schema = match media {
            "application/json" => json!({"type": "object"}),
            "application/octet-stream" => return Ok(json!({"image/*": {}, media: {}})),
            _ => json!({"type": "string"}),
        };
        return Ok(json!({media: {"schema": schema}}));
    }
    let mut schema = components.schema((route.response_schema)())?;
    if route.family == Family::Images {
        schema = json!({"type": "object", "required": ["data"], "properties": {"data": schema}});
    }
    let mut content = json!({"schema": schema});
    if let Some(example) = examples::response(route) {
        content["example"] = example;
    }
    Ok(json!({"application/json": content}))
}

/// Answers of file links beside the whole file.
fn of_files() -> [(String, Value); 3] {
    let headers = json!({"X-Request-ID": reference("headers", "RequestId")});
    let mut redirect = headers.clone();
    redirect["Location"] = reference("headers", "Location");
    [
        (
            "206".to_owned(),
            json!({
                "description": "The range that was asked for", "headers": headers, "content": {"image/*": {}},
            }),
        ),
        (
            "302".to_owned(),
            json!({"description": "A large file, at a signed address of its own", "headers": redirect}),
        ),
        ("416".to_owned(), json!({"description": "No such range in this file", "headers": headers})),
    ]
}

fn strip_content(response: &mut Value) {
    if let Some(members) = response.as_object_mut() {
        members.remove("content");
    }
}
