//! The wires over HTTP: how a prompt becomes a request, and a body an answer. Pure functions; what moves bytes is elsewhere.

mod anthropic;
mod gemini;
mod openai;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use crate::{Answer, HostedConfig, Key, Output, Part, Picture, Prompt, Token, Wire, error};

/// A request that is ready to be sent.
pub(crate) struct Outgoing {
    pub(crate) url: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

/// Options that this model was found not to have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Without {
    /// `max_tokens`; `max_completion_tokens` stands for it.
    pub(crate) max_tokens: bool,
    pub(crate) temperature: bool,
    pub(crate) logprobs: bool,
    /// Being told not to think.
    pub(crate) no_thinking: bool,
}

/// What an answer with an error status says.
#[derive(Debug, Default)]
pub(crate) struct Complaint {
    pub(crate) code: Option<String>,
    /// In lower case; never shown, since some providers repeat the key here.
    pub(crate) message: String,
    pub(crate) retry_after: Option<Duration>,
}

/// `Err` is why the prompt cannot be put to this wire.
pub(crate) fn request(
    config: &HostedConfig,
    prompt: &Prompt,
    without: Without,
) -> Result<Outgoing, &'static str> {
    let base = config.url.as_deref().ok_or("its URL is not known")?;
    for part in &prompt.parts {
        if let Part::Picture(picture) = part
            && !config.wire.takes(picture.media)
        {
            return Err("it does not take pictures of this format");
        }
    }
    let (path, headers, body) = match config.wire {
        Wire::OpenAi => openai::request(config, prompt, without),
        Wire::Gemini => gemini::request(config, prompt, without),
        Wire::Anthropic => anthropic::request(config, prompt),
        Wire::Bedrock => return Err("Bedrock is not spoken here"),
    };
    Ok(Outgoing { url: format!("{base}/{path}"), headers, body })
}

/// Reads the body of a 200. `Err` is what it lacks.
pub(crate) fn answer(wire: Wire, body: &Value) -> Result<Answer, &'static str> {
    match wire {
        Wire::OpenAi => openai::answer(body),
        Wire::Gemini => gemini::answer(body),
        Wire::Anthropic => anthropic::answer(body),
        Wire::Bedrock => Err("Bedrock is not spoken here"),
    }
}

/// Reads the body of an error. The forms are so alike, and compatible servers so free with them, that one reader does for all.
pub(crate) fn complaint(body: &Value, key: Option<&Key>) -> Complaint {
    let said = match &body["error"] {
        Value::Null => body,
        said => said,
    };
    let words = ["code", "status", "type"];
    let code = words.iter().filter_map(|word| said[word].as_str()).find(|code| error::is_code(code, key));
    let param = said["param"].as_str().unwrap_or_default();
    let message = said["message"].as_str().or(said.as_str()).unwrap_or_default();
    Complaint {
        code: code.map(str::to_owned),
        message: format!("{param} {message}").to_lowercase(),
        retry_after: said["details"].as_array().and_then(|details| retry_info(details)),
    }
}

/// Google says `{"@type": ".../google.rpc.RetryInfo", "retryDelay": "34s"}` where others send `Retry-After`.
fn retry_info(details: &[Value]) -> Option<Duration> {
    let delay = details.iter().find_map(|detail| detail["retryDelay"].as_str())?;
    Duration::try_from_secs_f64(delay.strip_suffix('s')?.parse().ok()?).ok()
}

impl Without {
    /// Marks the option that an error of status 400 names, if the request had it. `false` where nothing is new.
    pub(crate) fn learn(&mut self, prompt: &Prompt, message: &str) -> bool {
        let before = *self;
        if message.contains("max_completion_tokens") {
            self.max_tokens = true;
        } else if message.contains("logprobs") && prompt.alternatives > 0 {
            self.logprobs = true;
        } else if message.contains("temperature") {
            self.temperature = true;
        } else if message.contains("thinking") && !prompt.thinking {
            self.no_thinking = true;
        }
        *self != before
    }
}

/// The instructions, with the wish for JSON in words where a wire has no mode for it.
pub(crate) fn system_in_words(prompt: &Prompt) -> String {
    match prompt.output {
        Output::Json => format!("{}\nAnswer with one JSON value and nothing else.", prompt.system),
        _ => prompt.system.clone(),
    }
}

fn encoded(picture: &Picture) -> String {
    STANDARD.encode(&picture.bytes)
}

/// A header that no log shows.
fn secret(name: HeaderName, value: String) -> HeaderMap {
    let mut headers = HeaderMap::new();
    // Keys are visible ASCII, so this holds; and a request without its key is refused by the provider.
    if let Ok(mut value) = HeaderValue::try_from(value) {
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    headers
}

fn tokens(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

/// Alternatives of one place. The token that was chosen may lie outside of them.
fn alternatives(top: &Value, chosen: &Value, text: &str, logprob: &str) -> Vec<Token> {
    let read = |token: &Value| {
        Some(Token { text: token[text].as_str()?.to_owned(), logprob: token[logprob].as_f64()? as f32 })
    };
    let mut found: Vec<Token> = top.as_array().into_iter().flatten().filter_map(read).collect();
    if let Some(chosen) = read(chosen)
        && !found.iter().any(|token| token.text == chosen.text)
    {
        found.push(chosen);
    }
    found
}
