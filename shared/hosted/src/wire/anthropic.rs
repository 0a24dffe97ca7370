//! The messages API of Anthropic. It has no probabilities, and its newest models no temperature: none is sent, and the default is 1.

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

use super::{encoded, secret, system_in_words, tokens};
use crate::{Answer, Finish, HostedConfig, Output, Part, Prompt, Usage};

/// The only version there is; sent with every request.
const VERSION: HeaderValue = HeaderValue::from_static("2023-06-01");

pub(super) fn request(config: &HostedConfig, prompt: &Prompt) -> (String, HeaderMap, Value) {
    let part = |part: &Part| match part {
        Part::Text(text) => json!({"type": "text", "text": text}),
        Part::Picture(picture) => {
            let source =
                json!({"type": "base64", "media_type": picture.media.mime(), "data": encoded(picture)});
            json!({"type": "image", "source": source})
        }
    };
    let content: Vec<Value> = prompt.parts.iter().map(part).collect();
    let mut body = json!({"model": config.model, "max_tokens": prompt.max_tokens});
    let system = system_in_words(prompt);
    if !system.is_empty() {
        body["system"] = system.into();
    }
    body["messages"] = json!([{"role": "user", "content": content}]);
    if let Output::Schema(schema) = &prompt.output {
        body["output_config"] = json!({"format": {"type": "json_schema", "schema": schema}});
    }
    let mut headers = match &config.key {
        Some(key) => secret(HeaderName::from_static("x-api-key"), key.expose().to_owned()),
        None => HeaderMap::new(),
    };
    headers.insert(HeaderName::from_static("anthropic-version"), VERSION);
    ("messages".to_owned(), headers, body)
}

pub(super) fn answer(body: &Value) -> Result<Answer, &'static str> {
    let content = body["content"].as_array().ok_or("its answer has no content")?;
    let texts = content.iter().filter(|block| block["type"] == "text");
    let finish = match body["stop_reason"].as_str().unwrap_or_default() {
        "end_turn" | "stop_sequence" => Finish::Stop,
        "max_tokens" | "model_context_window_exceeded" => Finish::Length,
        "refusal" => Finish::Refused,
        other => Finish::Other(other.to_owned()),
    };
    let usage = &body["usage"];
    Ok(Answer {
        text: texts.filter_map(|block| block["text"].as_str()).collect(),
        finish,
        tokens: Vec::new(),
        usage: Usage {
            // What was read from the cache of prompts is counted apart.
            input_tokens: ["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"]
                .iter()
                .map(|field| tokens(&usage[field]))
                .sum(),
            output_tokens: tokens(&usage["output_tokens"]),
        },
        model: body["model"].as_str().map(str::to_owned),
    })
}
