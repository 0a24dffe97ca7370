//! `generateContent` of the Gemini API.

use http::{HeaderMap, HeaderName};
use serde_json::{Value, json};

use super::{Without, alternatives, encoded, secret, tokens};
use crate::{Answer, Finish, HostedConfig, Output, Part, Prompt, Usage};

pub(super) fn request(
    config: &HostedConfig,
    prompt: &Prompt,
    without: Without,
) -> (String, HeaderMap, Value) {
    let part = |part: &Part| match part {
        Part::Text(text) => json!({"text": text}),
        Part::Picture(picture) => {
            json!({"inlineData": {"mimeType": picture.media.mime(), "data": encoded(picture)}})
        }
    };
    let parts: Vec<Value> = prompt.parts.iter().map(part).collect();
    let mut body = json!({});
    if !prompt.system.is_empty() {
        body["systemInstruction"] = json!({"parts": [{"text": prompt.system}]});
    }
    body["contents"] = json!([{"role": "user", "parts": parts}]);
    body["generationConfig"] = generation(prompt, without);
    let headers = match &config.key {
        Some(key) => secret(HeaderName::from_static("x-goog-api-key"), key.expose().to_owned()),
        None => HeaderMap::new(),
    };
    // A tuned model is named with its collection.
    let collection = if config.model.contains('/') { "" } else { "models/" };
    (format!("{collection}{}:generateContent", config.model), headers, body)
}

fn generation(prompt: &Prompt, without: Without) -> Value {
    let mut generation = json!({"maxOutputTokens": prompt.max_tokens});
    if !without.temperature {
        generation["temperature"] = json!(prompt.temperature);
    }
    if prompt.alternatives > 0 && !without.logprobs {
        generation["responseLogprobs"] = true.into();
        generation["logprobs"] = prompt.alternatives.into();
    }
    match &prompt.output {
        Output::Text => {}
        Output::Json => generation["responseMimeType"] = "application/json".into(),
        Output::Schema(schema) => {
            generation["responseMimeType"] = "application/json".into();
            generation["responseJsonSchema"] = schema.clone();
        }
    }
    // Thoughts count as output: with a limit of one token nothing would be left for the answer.
    if !prompt.thinking && !without.no_thinking {
        generation["thinkingConfig"] = json!({"thinkingBudget": 0});
    }
    generation
}

pub(super) fn answer(body: &Value) -> Result<Answer, &'static str> {
    let usage = &body["usageMetadata"];
    let usage = Usage {
        input_tokens: tokens(&usage["promptTokenCount"]),
        output_tokens: tokens(&usage["candidatesTokenCount"]) + tokens(&usage["thoughtsTokenCount"]),
    };
    let model = body["modelVersion"].as_str().map(str::to_owned);
    let Some(candidate) = body["candidates"].get(0) else {
        // A prompt that was blocked has no candidate.
        return match body["promptFeedback"]["blockReason"].as_str() {
            Some(_) => {
                Ok(Answer { text: String::new(), finish: Finish::Refused, tokens: Vec::new(), usage, model })
            }
            None => Err("its answer has no candidate"),
        };
    };
    let finish = match candidate["finishReason"].as_str().unwrap_or_default() {
        "STOP" => Finish::Stop,
        "MAX_TOKENS" => Finish::Length,
        "SAFETY" | "RECITATION" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" | "LANGUAGE" => Finish::Refused,
        other => Finish::Other(other.to_owned()),
    };
    let parts = candidate["content"]["parts"].as_array().into_iter().flatten();
    let said = parts.filter(|part| part["thought"] != true).filter_map(|part| part["text"].as_str());
    let top = candidate["logprobsResult"]["topCandidates"].as_array().into_iter().flatten();
    let chosen = &candidate["logprobsResult"]["chosenCandidates"];
    let places = top
        .enumerate()
        .map(|(place, top)| alternatives(&top["candidates"], &chosen[place], "token", "logProbability"));
    Ok(Answer { text: said.collect(), finish, tokens: places.collect(), usage, model })
}
