use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Options;
use crate::fault::{Check, Fault, Rule};
use crate::limits::MAX_TEXT_CHARS;

/// `POST /v1/classify`: exactly one label.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct ClassifyRequest {
    /// Required unless there is a picture or a document.
    #[schemars(length(max = 100_000))]
    pub text: Option<String>,
    #[serde(flatten)]
    pub options: Options,
}

/// `POST /v1/tag`: any number of labels.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct TagRequest {
    /// Required unless there is a picture or a document.
    #[schemars(length(max = 100_000))]
    pub text: Option<String>,
    /// Labels with this confidence or more are given. Absent: that of the classifier, else 0.5.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub threshold: Option<f64>,
    #[serde(flatten)]
    pub options: Options,
}

/// `POST /v1/classify/batch`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct ClassifyBatchRequest {
    #[schemars(length(min = 1, max = 1000))]
    pub texts: Vec<String>,
    #[serde(flatten)]
    pub options: Options,
}

/// `POST /v1/tag/batch`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct TagBatchRequest {
    #[schemars(length(min = 1, max = 1000))]
    pub texts: Vec<String>,
    /// As in `/v1/tag`.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub threshold: Option<f64>,
    #[serde(flatten)]
    pub options: Options,
}

/// Why a text cannot be worked on.
pub fn text_fault(text: &str) -> Option<&'static str> {
    if text.trim().is_empty() {
        return Some("text is empty");
    }
    let fits = text.len() <= MAX_TEXT_CHARS || text.chars().count() <= MAX_TEXT_CHARS;
    (!fits).then_some("text is longer than 100000 characters")
}

/// A fault unless there is something to look at.
fn check_subject(text: Option<&String>, options: &Options, faults: &mut Vec<Fault>) {
    let blank = text.is_none_or(|text| text.trim().is_empty());
    if blank && options.images().is_empty() && options.file().is_none() {
        faults.push(Fault::new("text", Rule::Missing));
    }
}

impl Check for ClassifyRequest {
    fn check(&self, faults: &mut Vec<Fault>) {
        check_subject(self.text.as_ref(), &self.options, faults);
        self.options.check(faults);
    }
}

impl Check for TagRequest {
    fn check(&self, faults: &mut Vec<Fault>) {
        check_subject(self.text.as_ref(), &self.options, faults);
        self.options.check(faults);
    }
}

impl Check for ClassifyBatchRequest {
    fn check(&self, faults: &mut Vec<Fault>) {
        self.options.check(faults);
    }
}

impl Check for TagBatchRequest {
    fn check(&self, faults: &mut Vec<Fault>) {
        self.options.check(faults);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn faults(body: serde_json::Value) -> Vec<String> {
        let request: ClassifyRequest = serde_json::from_value(body).expect("a request");
        let mut faults = Vec::new();
        request.check(&mut faults);
        faults.into_iter().map(|fault| fault.path).collect()
    }

    #[test]
    fn a_classifier_excludes_what_it_has_of_its_own_and_empty_labels_are_none() {
        assert_eq!(faults(json!({"text": "x", "classifier": "a", "labels": []})), [""; 0]);
        let beside = json!({"text": "x", "classifier": "a", "labels": ["b"], "text_type": "c", "examples": {"b": ["d"]}});
        assert_eq!(faults(beside), ["labels", "examples", "text_type"]);
        assert_eq!(faults(json!({"text": "x", "classifier": "A"})), ["classifier"]);
    }

    #[test]
    fn something_must_be_looked_at_and_old_names_count() {
        assert_eq!(faults(json!({"text": " ", "labels": ["a"]})), ["text"]);
        for name in ["image", "image_url", "image_base64", "file"] {
            assert_eq!(faults(json!({name: "x", "labels": ["a"]})), [""; 0], "{name}");
        }
        assert_eq!(faults(json!({"image": vec!["x"; 21], "labels": ["a"]})), ["image"]);
        assert_eq!(faults(json!({"image": "storage://x/a.jpg", "labels": ["a"]})), [""; 0]);
        assert_eq!(
            faults(json!({"image": "storage://x/../a.jpg", "file": "storage://x/", "labels": ["a"]})),
            ["image", "file"]
        );
        let old: ClassifyRequest =
            serde_json::from_value(json!({"source_type": "mail", "speed": "fast"})).expect("a request");
        assert_eq!(old.options.definition().text_type.as_deref(), Some("mail"));
        assert_eq!(old.options.priority(), super::super::Priority::Fast);
    }
}
