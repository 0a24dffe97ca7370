use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a confidence came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConfidenceMethod {
    /// Of the text to what each label means.
    Similarity,
    /// A classifier fitted on the examples.
    Fitted,
    /// The hosted model's own probabilities.
    Logprob,
    /// Votes of the hosted model.
    Vote,
}

/// A part of the text and how much it speaks for the answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    pub text: String,
    /// In characters from the begin of the text, as `end`, which is not included.
    pub start: usize,
    pub end: usize,
    /// -1 to 1; below 0 it speaks against it.
    pub weight: f64,
}

/// `POST /v1/classify`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Classified {
    pub label: String,
    /// 0 to 1, with 4 decimals.
    pub confidence: f64,
    pub tokens: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visual_tokens: Option<u32>,
    pub latency_ms: u64,
    pub cached: bool,
    pub confidence_method: ConfidenceMethod,
    /// Where `explain` asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Vec<Evidence>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TagLabel {
    pub label: String,
    /// 0 to 1, with 4 decimals.
    pub confidence: f64,
    /// Where `explain` asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Vec<Evidence>>,
}

/// `POST /v1/tag`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Tagged {
    /// By confidence, the highest first; equals in the order of the request.
    pub labels: Vec<TagLabel>,
    pub tokens: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visual_tokens: Option<u32>,
    pub latency_ms: u64,
    pub cached: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CacheInfo {
    /// Whether an earlier answer was given again, which is free.
    pub hit: bool,
}

/// One text of a batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClassifiedItem {
    pub label: Option<String>,
    pub confidence: Option<f64>,
    pub tokens: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Vec<Evidence>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<CacheInfo>,
    /// Why there is no label. Such a text costs nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// `POST /v1/classify/batch`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClassifiedBatch {
    /// In the order of the texts.
    pub results: Vec<ClassifiedItem>,
    pub total_tokens: u64,
    pub latency_ms: u64,
}

/// One text of a batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TaggedItem {
    pub labels: Option<Vec<TagLabel>>,
    pub tokens: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<CacheInfo>,
    /// Why there are no labels. Such a text costs nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// `POST /v1/tag/batch`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TaggedBatch {
    /// In the order of the texts.
    pub results: Vec<TaggedItem>,
    pub total_tokens: u64,
    pub latency_ms: u64,
}
