//! A request's schema, split into path parameters, query parameters and body.

use contract::{Input, Route};
use serde_json::{Map, Value, json};

/// Parameters of the path, the query and the headers.
pub fn parameters(route: &Route) -> Vec<Value> {
    let schema = (route.request_schema)();
    let in_path: Vec<&str> = route.path_parameters().collect();
    let properties = schema["properties"].as_object().cloned().unwrap_or_default();
    let mut parameters: Vec<Value> = in_path
        .iter()
        .map(|name| {
            parameter(
                name,
                "path",
                true,
                properties.get(*name).cloned().unwrap_or_else(|| json!({"type": "string"})),
            )
        })
        .collect();
    if route.input == Input::Parameters {
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let query = properties.into_iter().filter(|(name, _)| !in_path.contains(&name.as_str()));
        parameters.extend(query.map(|(name, schema)| {
            let is_required = required.contains(&json!(name));
            parameter(&name, "query", is_required, schema)
        }));
    }
    if route.idempotent_by_key() {
        parameters.push(idempotency_key());
    }
    parameters
}

fn parameter(name: &str, place: &str, required: bool, mut schema: Value) -> Value {
    let mut parameter = json!({"name": name, "in": place, "required": required});
    if let Some(members) = schema.as_object_mut() {
        if let Some(description) = members.remove("description") {
            parameter["description"] = description;
        }
        members.remove("format");
        // Why: in a URL there is no null, absent is absent.
        if let Some(Value::Array(types)) = members.get("type") {
            let types: Vec<Value> = types.iter().filter(|kind| *kind != "null").cloned().collect();
            let kind = if let [kind] = &types[..] { kind.clone() } else { json!(types) };
            members.insert("type".to_owned(), kind);
        }
    }
    parameter["schema"] = schema;
    parameter
}

fn idempotency_key() -> Value {
    json!({
        "name": "Idempotency-Key", "in": "header", "required": false,
        "description": "The same key with the same request gives the first answer again for 24 hours, and is charged once.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    })
}

/// The schema of the body: the request's without what stands in the path. `None` where the route takes no body.
pub fn body(route: &Route) -> Option<Value> {
    if route.input == Input::Parameters {
        return None;
    }
    let mut schema = (route.request_schema)();
    let in_path: Vec<&str> = route.path_parameters().collect();
    let members = schema.as_object_mut()?;
    if let Some(Value::Object(properties)) = members.get_mut("properties") {
        in_path.iter().for_each(|name| {
            properties.remove(*name);
        });
    }
    if let Some(Value::Array(required)) = members.get_mut("required") {
        required.retain(|name| name.as_str().is_none_or(|name| !in_path.contains(&name)));
        if required.is_empty() {
            members.remove("required");
        }
    }
    if route.family.strict() {
        members.insert("additionalProperties".to_owned(), json!(false));
    }
    Some(schema)
}

/// Whether a call without a body is as good as one with `{}`.
pub fn body_is_optional(route: &Route) -> bool {
    let required = body(route).and_then(|schema| schema["required"].as_array().map(Vec::len));
    matches!(route.input, Input::Json { .. }) && required.is_none()
}

/// Content of a request body by media type.
pub fn content(route: &Route, schema: Value) -> Map<String, Value> {
    let example = route.example.map(|example| example());
    let (media, mut content) = match route.input {
        Input::Multipart { .. } => ("multipart/form-data", multipart(&schema)),
        Input::Parameters | Input::Json { .. } | Input::Form { .. } => {
            ("application/json", json!({"schema": schema}))
        }
    };
    if let Some(example) = example {
        content["example"] = match route.input {
            Input::Multipart { .. } => json!({"file": "(bytes of photo.jpg)", "data": example}),
            Input::Parameters | Input::Json { .. } | Input::Form { .. } => example,
        };
    }
    let mut all = Map::from_iter([(media.to_owned(), content)]);
    if let Input::Form { file, .. } = route.input {
        all.insert("multipart/form-data".to_owned(), form(&schema, file));
    }
    all
}

/// The fields of JSON as parts, of which one is a file.
fn form(json: &Value, file: &str) -> Value {
    let octets = "application/octet-stream";
    let properties = json!({file: {"type": "string", "contentMediaType": octets}});
    json!({
        "schema": {"allOf": [json, {"type": "object", "properties": properties}]},
        "encoding": {file: {"contentType": octets}},
    })
}

fn multipart(data: &Value) -> Value {
    json!({
        "schema": {
            "type": "object",
            "required": ["file", "data"],
            "properties": {
                "file": {
                    "type": "string", "contentMediaType": "application/octet-stream",
                    "description": "The picture, with a file name; its content decides the format.",
                },
                "data": data,
            },
        },
        "encoding": {"file": {"contentType": "application/octet-stream"}, "data": {"contentType": "application/json"}},
    })
}
