//! Chat completions, as OpenAI documents them and vLLM, Ollama and llama.cpp serve them.

use http::{HeaderMap, header};
use serde_json::{Value, json};

use super::{Without, alternatives, encoded, secret, tokens};
use crate::{Answer, Finish, HostedConfig, Output, Part, Prompt, Usage};

pub(super) fn request(
    config: &HostedConfig,
    prompt: &Prompt,
    without: Without,
) -> (String, HeaderMap, Value) {
    let mut messages = Vec::new();
    if !prompt.system.is_empty() {
        messages.push(json!({"role": "system", "content": prompt.system}));
    }
    messages.push(json!({"role": "user", "content": content(&prompt.parts)}));
    let mut body = json!({"model": config.model, "messages": messages});
    let limit = if without.max_tokens { "max_completion_tokens" } else { "max_tokens" };
    body[limit] = prompt.max_tokens.into();
    if !without.temperature {
        body["temperature"] = json!(prompt.temperature);
    }
    if prompt.alternatives > 0 && !without.logprobs {
        body["logprobs"] = true.into();
        body["top_logprobs"] = prompt.alternatives.into();
    }
    match &prompt.output {
        Output::Text => {}
        Output::Json => body["response_format"] = json!({"type": "json_object"}),
        Output::Schema(schema) => {
            let format = json!({"name": "answer", "strict": is_strict(schema), "schema": schema});
            body["response_format"] = json!({"type": "json_schema", "json_schema": format});
        }
    }
    let headers = match &config.key {
        Some(key) => secret(header::AUTHORIZATION, format!("Bearer {}", key.expose())),
        None => HeaderMap::new(),
    };
    ("chat/completions".to_owned(), headers, body)
}

/// One text alone goes as a string: small servers know only that.
fn content(parts: &[Part]) -> Value {
    if let [Part::Text(text)] = parts {
        return text.as_str().into();
    }
    let part = |part: &Part| match part {
        Part::Text(text) => json!({"type": "text", "text": text}),
        Part::Picture(picture) => {
            let url = format!("data:{};base64,{}", picture.media.mime(), encoded(picture));
            json!({"type": "image_url", "image_url": {"url": url}})
        }
    };
    parts.iter().map(part).collect()
}

/// Whether OpenAI takes a schema as strict: then it holds to it to the letter. It must close every object, require every property, and
/// use only keywords of the subset.
fn is_strict(schema: &Value) -> bool {
    const KEYWORDS: [&str; 14] = [
        "$schema",
        "type",
        "title",
        "description",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "enum",
        "const",
        "anyOf",
        "minimum",
        "maximum",
        "pattern",
    ];
    let Some(fields) = schema.as_object() else { return false };
    let known = fields.keys().all(|key| KEYWORDS.contains(&key.as_str()));
    let closed = match fields.get("properties").map(Value::as_object) {
        Some(Some(properties)) => {
            let required = fields.get("required").and_then(Value::as_array);
            let required = |name: &String| required.is_some_and(|all| all.iter().any(|one| one == name));
            fields.get("additionalProperties") == Some(&Value::Bool(false))
                && properties.iter().all(|(name, schema)| required(name) && is_strict(schema))
        }
        Some(None) => false,
        None => fields.get("type") != Some(&Value::from("object")),
    };
    let items = fields.get("items").is_none_or(is_strict);
    let any = fields
        .get("anyOf")
        .is_none_or(|any| any.as_array().is_some_and(|schemas| schemas.iter().all(is_strict)));
    known && closed && items && any
}

pub(super) fn answer(body: &Value) -> Result<Answer, &'static str> {
    let choice = body["choices"].get(0).ok_or("its answer has no choice")?;
    let message = choice["message"].as_object().ok_or("its answer has no message")?;
    let refused = message.get("refusal").is_some_and(|refusal| !refusal.is_null());
    let finish = match choice["finish_reason"].as_str().unwrap_or_default() {
        _ if refused => Finish::Refused,
        "stop" => Finish::Stop,
        "length" => Finish::Length,
        "content_filter" => Finish::Refused,
        other => Finish::Other(other.to_owned()),
    };
    let places = choice["logprobs"]["content"].as_array().into_iter().flatten();
    Ok(Answer {
        text: message.get("content").and_then(Value::as_str).unwrap_or_default().to_owned(),
        finish,
        tokens: places.map(|place| alternatives(&place["top_logprobs"], place, "token", "logprob")).collect(),
        usage: Usage {
            input_tokens: tokens(&body["usage"]["prompt_tokens"]),
            output_tokens: tokens(&body["usage"]["completion_tokens"]),
        },
        model: body["model"].as_str().map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_is_strict_only_where_every_object_is_closed_and_complete() {
        let closed = json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "array", "items":
            {"type": "object", "properties": {"c": {"type": ["number", "null"]}}, "required": ["c"], "additionalProperties": false}}},
            "required": ["a", "b"], "additionalProperties": false});
        assert!(is_strict(&closed));
        let mut optional = closed.clone();
        optional["required"] = json!(["a"]);
        let mut inner = closed.clone();
        inner["properties"]["b"]["items"]["additionalProperties"] = json!(true);
        let mut keyword = closed.clone();
        keyword["properties"]["a"]["if"] = json!({});
        for schema in [optional, inner, keyword, json!({"type": "object"}), json!(true)] {
            assert!(!is_strict(&schema), "{schema}");
        }
    }
}
