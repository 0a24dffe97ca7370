//! What models on each wire say, and what they are asked, by the documentation of their providers.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use harness::{ModelAnswer, Question};
use hosted::{Hosted, HostedConfig, Wire};
use serde_json::{Value, json};

pub const WIRES: [Wire; 4] = [Wire::OpenAi, Wire::Gemini, Wire::Anthropic, Wire::Bedrock];

/// How an answer ends.
#[derive(Debug, Clone, Copy)]
pub enum End {
    Whole,
    CutOff,
    Refused,
}

/// What a question asks for, whatever its wire.
#[derive(Debug, PartialEq)]
pub struct Asked {
    pub pictures: usize,
    pub max_tokens: Value,
    pub system: String,
    /// Whether the wire's own mode for JSON is on.
    pub is_json: bool,
    pub schema: Value,
}

pub fn connected(config: HostedConfig) -> Hosted {
    let client = common::aws_http_client().expect("a client");
    let sdk = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .http_client(client)
        .build();
    hosted_bedrock::connect(config, &sdk).expect("no certificates to read")
}

/// An answer with this text, which is nothing where it is empty.
pub fn says(wire: Wire, text: &str, end: End) -> ModelAnswer {
    let texts = |part: Value| if text.is_empty() { json!([]) } else { json!([part]) };
    ModelAnswer::of(match wire {
        Wire::OpenAi => {
            let word = ["stop", "length", "content_filter"][end as usize];
            let message = json!({"role": "assistant", "content": text, "refusal": null});
            json!({"id": "c1", "object": "chat.completion", "model": "m", "usage": {"prompt_tokens": 9, "completion_tokens": 2},
                "choices": [{"index": 0, "message": message, "finish_reason": word}]})
        }
        Wire::Gemini => {
            let word = ["STOP", "MAX_TOKENS", "SAFETY"][end as usize];
            let content = json!({"role": "model", "parts": texts(json!({"text": text}))});
            json!({"candidates": [{"content": content, "finishReason": word, "index": 0}], "modelVersion": "m",
                "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 2}})
        }
        Wire::Anthropic => {
            let word = ["end_turn", "max_tokens", "refusal"][end as usize];
            json!({"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "stop_reason": word,
                "content": texts(json!({"type": "text", "text": text})), "usage": {"input_tokens": 9, "output_tokens": 2}})
        }
        Wire::Bedrock => {
            let word = ["end_turn", "max_tokens", "guardrail_intervened"][end as usize];
            let message = json!({"role": "assistant", "content": texts(json!({"text": text}))});
            json!({"output": {"message": message}, "stopReason": word, "metrics": {"latencyMs": 4},
                "usage": {"inputTokens": 9, "outputTokens": 2, "totalTokens": 11}})
        }
    })
}

/// An error with this status.
pub fn fails(wire: Wire, status: u16) -> ModelAnswer {
    let words = "not now, says the provider";
    let body = match wire {
        Wire::OpenAi => json!({"error": {"message": words, "type": "server_error", "code": null}}),
        Wire::Gemini => json!({"error": {"code": status, "message": words, "status": "UNAVAILABLE"}}),
        Wire::Anthropic => json!({"type": "error", "error": {"type": "api_error", "message": words}}),
        Wire::Bedrock => json!({"message": words}),
    };
    ModelAnswer::of(body).status(status)
}

/// Parts of the user's turn.
fn parts(wire: Wire, question: &Question) -> &Vec<Value> {
    let body = &question.body;
    let content = match wire {
        Wire::OpenAi => &body["messages"][1]["content"],
        Wire::Gemini => &body["contents"][0]["parts"],
        Wire::Anthropic | Wire::Bedrock => &body["messages"][0]["content"],
    };
    content.as_array().unwrap_or_else(|| panic!("{wire:?}: {body}"))
}

pub fn asked(wire: Wire, question: &Question) -> Asked {
    let body = &question.body;
    let is_picture = |part: &&Value| match wire {
        Wire::OpenAi => {
            part["image_url"]["url"].as_str().is_some_and(|url| url.starts_with("data:image/png;base64,"))
        }
        Wire::Gemini => part["inlineData"]["mimeType"] == "image/png",
        Wire::Anthropic => part["source"]["media_type"] == "image/png",
        Wire::Bedrock => part["image"]["format"] == "png" && part["image"]["source"]["bytes"].is_string(),
    };
    let pictures = parts(wire, question).iter().filter(is_picture).count();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match wire {
        Wire::OpenAi => Asked {
            pictures,
            max_tokens: body["max_tokens"].clone(),
            system: text(&body["messages"][0]["content"]),
            is_json: body["response_format"]["type"] == "json_object",
            schema: body["response_format"]["json_schema"]["schema"].clone(),
        },
        Wire::Gemini => Asked {
            pictures,
            max_tokens: body["generationConfig"]["maxOutputTokens"].clone(),
            system: text(&body["systemInstruction"]["parts"][0]["text"]),
            is_json: body["generationConfig"]["responseMimeType"] == "application/json",
            schema: body["generationConfig"]["responseJsonSchema"].clone(),
        },
        Wire::Anthropic => Asked {
            pictures,
            max_tokens: body["max_tokens"].clone(),
            system: text(&body["system"]),
            is_json: false,
            schema: body["output_config"]["format"]["schema"].clone(),
        },
        Wire::Bedrock => {
            let schema = &body["outputConfig"]["textFormat"]["structure"]["jsonSchema"]["schema"];
            Asked {
                pictures,
                max_tokens: body["inferenceConfig"]["maxTokens"].clone(),
                system: text(&body["system"][0]["text"]),
                is_json: false,
                schema: serde_json::from_str(schema.as_str().unwrap_or("null")).expect("JSON"),
            }
        }
    }
}

/// The user's turn without the sheets' own text, by part.
pub fn words(wire: Wire, question: &Question) -> Vec<String> {
    parts(wire, question).iter().map(|part| part["text"].as_str().unwrap_or_default().to_owned()).collect()
}
