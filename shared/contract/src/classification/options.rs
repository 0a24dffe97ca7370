//! What the four classify and tag routes take beside their texts.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ClassifierName;
use super::definition::{self, Definition};
use crate::fault::{Fault, Rule};
use crate::images::stored_fault;
use crate::limits::MAX_IMAGES;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// The better model.
    #[default]
    Standard,
    /// The faster one.
    Fast,
}

impl Priority {
    /// Name of the models that work.
    pub const fn model(self) -> &'static str {
        match self {
            Self::Standard => "minilm-l6+wordllama-256",
            Self::Fast => "wordllama-256",
        }
    }
}

/// One picture or several.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Images {
    One(String),
    Many(Vec<String>),
}

/// Labels or a classifier, pictures, a document, and how it is to be done.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Options {
    /// 1 to 200, unique, each 1 to 100 characters. Required unless `classifier` is given.
    pub labels: Option<Vec<String>>,
    /// A saved classifier: `name` (its latest version) or `name@v2`.
    pub classifier: Option<String>,
    /// Label → what it means.
    pub descriptions: Option<BTreeMap<String, String>>,
    /// Label → texts it fits, at most 100 a label.
    pub examples: Option<BTreeMap<String, Vec<String>>>,
    /// What the texts are, such as "support ticket".
    #[schemars(length(min = 1, max = 100))]
    pub text_type: Option<String>,
    /// Old name of `text_type`.
    #[schemars(length(min = 1, max = 100))]
    pub source_type: Option<String>,
    /// URL, `upload://`, `storage://` or base64, with or without a `data:` prefix; at most 20.
    pub image: Option<Images>,
    /// Old name of `image`.
    pub image_url: Option<String>,
    /// Old name of `image`.
    pub image_base64: Option<String>,
    /// PDF or DOCX, as `image`; at most 20 pages and 25 MB.
    pub file: Option<String>,
    /// Absent: `standard`. Batches always take it.
    pub priority: Option<Priority>,
    /// Old name of `priority`.
    pub speed: Option<Priority>,
    /// `false`: an earlier answer is not given again, and this one is not kept.
    pub cache: Option<bool>,
    /// Which parts of the text speak for the answer.
    pub explain: Option<bool>,
}

impl Options {
    pub fn definition(&self) -> Definition {
        Definition {
            labels: self.labels.clone().unwrap_or_default(),
            descriptions: self.descriptions.clone().unwrap_or_default(),
            examples: self.examples.clone().unwrap_or_default(),
            text_type: self.text_type().map(str::to_owned),
        }
    }

    pub fn priority(&self) -> Priority {
        self.priority.or(self.speed).unwrap_or_default()
    }

    /// All pictures, whatever the name of their field.
    pub fn images(&self) -> Vec<&str> {
        let image: &[String] = match &self.image {
            Some(Images::One(image)) => std::slice::from_ref(image),
            Some(Images::Many(images)) => images,
            None => &[],
        };
        let old = [&self.image_url, &self.image_base64].into_iter().flatten();
        image.iter().chain(old).map(String::as_str).filter(|image| !image.is_empty()).collect()
    }

    pub fn file(&self) -> Option<&str> {
        self.file.as_deref().filter(|file| !file.is_empty())
    }

    fn text_type(&self) -> Option<&str> {
        self.text_type.as_deref().or(self.source_type.as_deref())
    }

    pub(super) fn check(&self, faults: &mut Vec<Fault>) {
        match &self.classifier {
            Some(classifier) => self.check_classifier(classifier, faults),
            None if self.labels.is_none() => faults.push(Fault::new("labels", Rule::Missing)),
            None => definition::check(
                self.labels.as_deref().unwrap_or_default(),
                self.descriptions.as_ref(),
                self.examples.as_ref(),
                faults,
            ),
        }
        if self.images().len() > MAX_IMAGES {
            faults.push(Fault::new("image", Rule::MaxItems(MAX_IMAGES as u64)));
        }
        faults.extend(self.images().into_iter().find_map(|uri| stored_fault("image", uri)));
        faults.extend(self.file().and_then(|uri| stored_fault("file", uri)));
    }

    fn check_classifier(&self, classifier: &str, faults: &mut Vec<Fault>) {
        if ClassifierName::parse(classifier).is_none() {
            let sentence = "must be the name of a classifier, or one version of it such as name@v2";
            faults.push(Fault::other("classifier", sentence));
        }
        let beside = [
            ("labels", self.labels.as_ref().is_some_and(|labels| !labels.is_empty())),
            ("descriptions", self.descriptions.as_ref().is_some_and(|known| !known.is_empty())),
            ("examples", self.examples.as_ref().is_some_and(|known| !known.is_empty())),
            ("text_type", self.text_type.is_some()),
            ("source_type", self.source_type.is_some()),
        ];
        let given = beside.into_iter().filter(|(_, given)| *given);
        faults.extend(given.map(|(field, _)| Fault::other(field, "must not be given beside classifier")));
    }
}
