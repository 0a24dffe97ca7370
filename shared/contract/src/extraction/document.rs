use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::image::check_inputs;
use super::{Ask, InputMethod, Outcome};
use crate::Credits;
use crate::fault::{Check, Fault};

/// `POST /api/v1/extract-document`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExtractDocument {
    pub input_method: InputMethod,
    /// PDF, DOCX or pictures: of at most 30 MB, with at most 3000 pages together.
    #[serde(default)]
    pub files: Vec<String>,
    /// Taken and ignored: the content decides.
    pub file_extension: Option<String>,
    #[serde(flatten)]
    pub ask: Ask,
}

impl Check for ExtractDocument {
    fn check(&self, faults: &mut Vec<Fault>) {
        check_inputs("files", &self.files, self.input_method, faults);
        self.ask.check(faults);
    }
}

/// What was extracted of documents.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExtractedDocument {
    /// The answer; with `jsonMode` it is JSON.
    pub results: String,
    pub prompt: String,
    /// Pages that were read.
    pub pages: usize,
    pub file_count: usize,
    /// 10, and 1 for each page that was read.
    pub credit_usage: Credits,
    /// With `jsonMode` the same as JSON.
    pub data: Option<Value>,
    pub files: Vec<Outcome>,
    /// Whether the model came to its 8,192 tokens and something may be missing.
    pub truncated: bool,
    /// What has read them.
    pub model: String,
}
