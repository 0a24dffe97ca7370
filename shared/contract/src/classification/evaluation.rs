//! How good a saved classifier is on texts whose labels are known.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ClassifierName;
use crate::fault::{Check, Fault};
use crate::limits::MAX_TEXT_CHARS;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct EvaluationItem {
    pub text: String,
    /// The label that is right.
    pub label: String,
}

/// `POST /v1/classifiers/{name}/evaluate`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Evaluate {
    pub name: String,
    #[schemars(length(min = 1, max = 1000))]
    pub items: Vec<EvaluationItem>,
    /// Another classifier or version, such as `name@v1`, judged by the same texts.
    pub compare: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EvaluatedItem {
    pub label: String,
    pub predicted: String,
    pub confidence: f64,
}

/// What the other classifier makes of the same texts. A text whose label it has not counts as wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Compared {
    pub classifier: String,
    pub accuracy: f64,
    pub macro_f1: f64,
    pub calibration_error: f64,
}

/// `POST /v1/classifiers/{name}/evaluate`. It also fits the confidences of the version to these texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evaluated {
    pub classifier: String,
    /// Share of texts with the right label.
    pub accuracy: f64,
    /// Mean over the labels of the harmonic mean of precision and recall.
    pub macro_f1: f64,
    /// Mean distance between confidence and share of right answers, in ten classes of confidence, before the fit.
    pub calibration_error: f64,
    /// The same after the fit, on the same texts.
    pub calibration_error_fitted: f64,
    /// What the scores are divided by from now on.
    pub temperature: f64,
    /// Right label → predicted label → texts.
    pub confusion: BTreeMap<String, BTreeMap<String, u32>>,
    pub items: Vec<EvaluatedItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compare: Option<Compared>,
    pub tokens: u64,
    pub latency_ms: u64,
}

impl Check for Evaluate {
    fn check(&self, faults: &mut Vec<Fault>) {
        for (index, item) in self.items.iter().enumerate() {
            if item.text.trim().is_empty() || item.text.chars().count() > MAX_TEXT_CHARS {
                let sentence = format!("must have 1 to {MAX_TEXT_CHARS} characters");
                faults.push(Fault::other(format!("items.{index}.text"), sentence));
            }
        }
        if self.compare.as_deref().is_some_and(|name| ClassifierName::parse(name).is_none()) {
            faults.push(Fault::other("compare", "must be a classifier or one version of it such as name@v1"));
        }
    }
}
