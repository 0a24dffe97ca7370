//! What labels mean: of a saved classifier, or sent with a call.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::limits::{MAX_EXAMPLES, MAX_LABEL_CHARS, MAX_LABELS};

/// Labels and what is said about them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Definition {
    pub labels: Vec<String>,
    /// Label → what it means.
    #[serde(default)]
    pub descriptions: BTreeMap<String, String>,
    /// Label → texts it fits.
    #[serde(default)]
    pub examples: BTreeMap<String, Vec<String>>,
    /// What the texts are, such as "support ticket".
    #[serde(default)]
    pub text_type: Option<String>,
}

/// Faults of labels and of what is said about them, as fields of a body. Numbers and types are the schema's matter.
pub(super) fn check(
    labels: &[String],
    descriptions: Option<&BTreeMap<String, String>>,
    examples: Option<&BTreeMap<String, Vec<String>>>,
    faults: &mut Vec<Fault>,
) {
    if labels.is_empty() || labels.len() > MAX_LABELS {
        faults.push(Fault::other("labels", format!("must be 1 to {MAX_LABELS} labels")));
    }
    for (index, label) in labels.iter().enumerate().take(MAX_LABELS) {
        let characters = label.chars().count();
        if label.trim().is_empty() || characters > MAX_LABEL_CHARS {
            let sentence = format!("must have 1 to {MAX_LABEL_CHARS} characters, not all of them blank");
            faults.push(Fault::other(format!("labels.{index}"), sentence));
        }
    }
    let mut sorted: Vec<&String> = labels.iter().collect();
    sorted.sort_unstable();
    if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
        faults.push(Fault::other("labels", "must be unique"));
    }
    let unknown = |label: &String| sorted.binary_search(&label).is_err();
    if descriptions.is_some_and(|known| known.keys().any(unknown)) {
        faults.push(Fault::other("descriptions", "must describe labels of the list only"));
    }
    let Some(examples) = examples else { return };
    if examples.keys().any(unknown) {
        faults.push(Fault::other("examples", "must be of labels of the list only"));
    }
    if examples.values().any(|texts| texts.len() > MAX_EXAMPLES) {
        faults.push(Fault::other("examples", format!("must be at most {MAX_EXAMPLES} a label")));
    }
    if examples.values().flatten().any(|text| text.trim().is_empty()) {
        faults.push(Fault::other("examples", "must not be blank"));
    }
}
