//! Saved classifiers: a name with versions that never change.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::definition::{self, Definition};
use crate::fault::{Check, Fault};
use crate::limits::{MAX_CLASSIFIER_BYTES, MAX_CLASSIFIER_NAME};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Exactly one label.
    #[default]
    Single,
    /// Any number of labels.
    Multi,
}

/// `POST /v1/classifiers`. The same name again makes the next version.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ClassifierCreate {
    /// 1 to 64 of `a-z`, `0-9` and `-`.
    pub name: String,
    /// What the classifier is meant for; either route takes either. Absent: `single`.
    pub mode: Option<Mode>,
    /// 1 to 200, unique, each 1 to 100 characters.
    pub labels: Vec<String>,
    /// Label → what it means.
    pub descriptions: Option<BTreeMap<String, String>>,
    /// Label → texts it fits, at most 100 a label.
    pub examples: Option<BTreeMap<String, Vec<String>>>,
    /// What the texts are, such as "support ticket".
    #[schemars(length(min = 1, max = 100))]
    pub text_type: Option<String>,
    /// Confidence from which on a tag is given. Absent: 0.5.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub threshold: Option<f64>,
}

/// One version of a classifier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Classifier {
    pub name: String,
    /// From 1 on; never used twice, also where the name was deleted meanwhile.
    pub version: u32,
    pub mode: Mode,
    #[serde(flatten)]
    pub definition: Definition,
    pub threshold: Option<f64>,
    /// What the scores are divided by, fitted by the last evaluation.
    pub temperature: Option<f64>,
    pub created_at: String,
}

/// What an evaluation has fitted, for each priority's models.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Fits {
    pub standard: Option<TierFit>,
    pub fast: Option<TierFit>,
    /// Name of the operator's encoder that `standard` is for; none: the built-in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoder: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hosted: Option<HostedFit>,
}

/// What the logarithms of a hosted model's shares are divided by; another model has not been evaluated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HostedFit {
    pub model: String,
    pub temperature: f32,
}

/// How scores become confidences: the temperature of the softmax, and slope and offset of the logistic function.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TierFit {
    pub temperature: f32,
    pub slope: f32,
    pub offset: f32,
}

/// `GET /v1/classifiers/{name}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClassifierReport {
    #[serde(flatten)]
    pub classifier: Classifier,
    /// All versions there are, newest first; of more than 1000 the newest.
    pub versions: Vec<u32>,
}

/// `/v1/classifiers/{name}`: a name, or one version of it as `name@v2`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ClassifierRef {
    pub name: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ClassifierDeleted {
    pub name: String,
    pub deleted: bool,
}

/// A classifier as a request names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassifierName {
    pub name: String,
    /// `None`: the latest.
    pub version: Option<u32>,
}

impl ClassifierName {
    /// `None` for what can be no classifier's.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, version) = match text.split_once("@v") {
            Some((name, version)) => {
                let plain = !version.starts_with('0') && version.bytes().all(|byte| byte.is_ascii_digit());
                (name, Some(version.parse().ok().filter(|_| plain)?))
            }
            None => (text, None),
        };
        is_name(name).then(|| Self { name: name.to_owned(), version })
    }
}

fn is_name(name: &str) -> bool {
    (1..=MAX_CLASSIFIER_NAME).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

impl ClassifierCreate {
    pub fn definition(&self) -> Definition {
        Definition {
            labels: self.labels.clone(),
            descriptions: self.descriptions.clone().unwrap_or_default(),
            examples: self.examples.clone().unwrap_or_default(),
            text_type: self.text_type.clone(),
        }
    }
}

impl Check for ClassifierCreate {
    fn check(&self, faults: &mut Vec<Fault>) {
        if !is_name(&self.name) {
            let sentence = format!("must be 1 to {MAX_CLASSIFIER_NAME} of a-z, 0-9 and -");
            faults.push(Fault::other("name", sentence));
        }
        definition::check(&self.labels, self.descriptions.as_ref(), self.examples.as_ref(), faults);
        let bytes = serde_json::to_string(&self.definition()).map_or(usize::MAX, |text| text.len());
        if bytes > MAX_CLASSIFIER_BYTES {
            let sentence = format!("labels, descriptions and examples are over {MAX_CLASSIFIER_BYTES} bytes");
            faults.push(Fault::other("", sentence));
        }
    }
}

impl Check for ClassifierRef {}

#[cfg(test)]
mod tests {
    use super::ClassifierName;

    #[test]
    fn a_name_may_pin_a_version_and_has_one_spelling() {
        let parsed = |text| ClassifierName::parse(text).map(|found| (found.name, found.version));
        assert_eq!(parsed("tickets"), Some(("tickets".into(), None)));
        assert_eq!(parsed("a-1@v12"), Some(("a-1".into(), Some(12))));
        for text in
            ["", "A", "a b", "a@", "a@v", "a@v0", "a@v01", "a@v-1", "a@v1@v2", "a@v99999999999", "@v1"]
        {
            assert_eq!(parsed(text), None, "{text}");
        }
        assert_eq!(parsed(&"a".repeat(65)), None);
    }
}
