use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Ask;
use crate::Credits;
use crate::fault::{Check, Fault, Rule};
use crate::images::stored_fault;
use crate::limits::MAX_EXTRACT_IMAGES;

/// What goes to a hosted model as it is, where its wire takes it.
pub const NATIVE_FORMATS: [&str; 4] = ["png", "jpeg", "webp", "heic"];

/// How pictures or documents come: one way for all of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum InputMethod {
    /// `https://`, `upload://` or `storage://`.
    Url,
    /// With or without a `data:` prefix.
    Base64,
}

/// `POST /api/v1/extract-image`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExtractImage {
    pub input_method: InputMethod,
    /// 1 to 3000 pictures of at most 20 MB.
    pub images: Option<Vec<String>>,
    /// Old name for a single one.
    pub image: Option<String>,
    #[serde(flatten)]
    pub ask: Ask,
}

impl ExtractImage {
    /// All pictures, whatever the name of their field.
    pub fn images(&self) -> &[String] {
        match (&self.images, &self.image) {
            (Some(images), _) => images,
            (None, image) => image.as_slice(),
        }
    }
}

impl Check for ExtractImage {
    fn check(&self, faults: &mut Vec<Fault>) {
        check_inputs("images", self.images(), self.input_method, faults);
        self.ask.check(faults);
    }
}

pub(super) fn check_inputs(field: &str, inputs: &[String], method: InputMethod, faults: &mut Vec<Fault>) {
    if inputs.is_empty() {
        faults.push(Fault::new(field, Rule::Missing));
    }
    if inputs.len() > MAX_EXTRACT_IMAGES {
        faults.push(Fault::new(field, Rule::MaxItems(MAX_EXTRACT_IMAGES as u64)));
    }
    if method == InputMethod::Url {
        faults.extend(inputs.iter().find_map(|uri| stored_fault(field, uri)));
    }
}

/// What became of one picture or document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Outcome {
    /// Its place in the request, from 0.
    pub index: usize,
    /// Why it was not read; it is not charged then.
    pub error: Option<String>,
}

/// What was extracted.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Extracted {
    /// The answer; with `jsonMode` it is JSON.
    pub results: String,
    pub prompt: String,
    pub image_count: usize,
    /// 10, and 1 for each picture that was read.
    pub credit_usage: Credits,
    /// With `jsonMode` the same as JSON.
    pub data: Option<Value>,
    pub images: Vec<Outcome>,
    /// Whether the model came to its 8,192 tokens and something may be missing.
    pub truncated: bool,
    /// What has read them.
    pub model: String,
}

/// `GET /api/v1/extract-image/formats`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExtractFormats {
    /// Go to the model as they are, or scaled to what it takes.
    pub supported_formats: Vec<String>,
    /// Are converted first.
    pub converted: Vec<String>,
}
