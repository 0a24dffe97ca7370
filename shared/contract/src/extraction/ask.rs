//! What is asked of pictures or documents, whichever they are.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fault::{Fault, Rule};
use crate::limits::{MAX_PROMPT_CHARS, MAX_SCHEMA_BYTES};

#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Ask {
    #[schemars(length(min = 1, max = 20_000))]
    pub prompt: String,
    /// `results` holds JSON. Absent: `false`.
    pub json_mode: Option<bool>,
    /// A JSON Schema whose root is an object, as JSON of at most 100,000 bytes. Implies `jsonMode`; the answer fits it. References go
    /// to the schema itself only.
    pub schema: Option<Value>,
    /// `data` tells in `_evidence` where each value was read. Answers of the local reader only. Absent: `false`.
    pub evidence: Option<bool>,
    /// Taken for the sake of older clients and ignored.
    pub request_source: Option<String>,
}

impl Ask {
    /// Whether the answer is JSON.
    pub fn is_json(&self) -> bool {
        self.schema.is_some() || self.json_mode == Some(true)
    }

    pub(super) fn check(&self, faults: &mut Vec<Fault>) {
        check_prompt(&self.prompt, faults);
        if let Some(schema) = &self.schema {
            check_schema(schema, faults);
        }
    }
}

pub(super) fn check_prompt(prompt: &str, faults: &mut Vec<Fault>) {
    if prompt.trim().is_empty() {
        faults.push(Fault::new("prompt", Rule::Missing));
    }
    let fits = prompt.len() <= MAX_PROMPT_CHARS || prompt.chars().count() <= MAX_PROMPT_CHARS;
    if !fits {
        faults.push(Fault::new("prompt", Rule::MaxLength(MAX_PROMPT_CHARS as u64)));
    }
}

pub(super) fn check_schema(schema: &Value, faults: &mut Vec<Fault>) {
    let is_object = schema.get("type").is_none_or(|kind| kind == "object");
    if !schema.is_object() || !is_object {
        faults.push(Fault::other("schema", "must be a JSON Schema whose root is an object"));
    } else if schema.to_string().len() > MAX_SCHEMA_BYTES {
        faults.push(Fault::other("schema", "is longer than 100000 bytes"));
    }
}
