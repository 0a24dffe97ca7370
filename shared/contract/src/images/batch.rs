//! Edits of many pictures by one call.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Operations, Output, OutputChoice, OutputObject, PictureInfo, Profiling, StorageUri};
use crate::limits::MAX_BATCH_URIS;
use crate::tasks::TaskStatus;

/// Body of `POST /image/edit/batch`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchEditRequest {
    /// A folder of a storage, a list of URIs, or a folder with how it is looked through.
    pub input: BatchInput,
    /// What is done to every picture; `{}` only converts.
    pub operations: Operations,
    /// As of a single edit, but that the destination is a folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<OutputChoice>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum BatchInput {
    /// `storage://{storage}/{folder}/`: what lies in it, but for sub-folders.
    Folder(#[schemars(length(min = 1, max = 4096))] String),
    /// URIs as of a single edit.
    Uris(#[schemars(length(min = 1, max = MAX_BATCH_URIS))] Vec<BatchUri>),
    Options(BatchFolder),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct BatchUri(#[schemars(length(min = 1, max = 4096))] pub String);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchFolder {
    /// `storage://{storage}/{folder}/`.
    #[schemars(length(min = 1, max = 4096))]
    pub source: String,
    /// Whether sub-folders are looked through too, and made again at the destination. Default `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recursive: Option<bool>,
}

/// A folder that is to be edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Folder<'a> {
    pub uri: &'a str,
    pub recursive: bool,
}

impl<'a> Folder<'a> {
    /// The storage, and the path of the folder in it: empty, or with a slash at its end.
    pub fn place(&self) -> Result<(&'a str, String), &'static str> {
        let StorageUri { storage, path } = StorageUri::parse(self.uri)?;
        let path = path.trim_end_matches('/');
        Ok((storage, if path.is_empty() { String::new() } else { format!("{path}/") }))
    }
}

impl BatchEditRequest {
    /// The folder that is named; `None` where the pictures are.
    pub fn folder(&self) -> Option<Folder<'_>> {
        match &self.input {
            BatchInput::Folder(uri) => Some(Folder { uri, recursive: false }),
            BatchInput::Options(folder) => {
                Some(Folder { uri: &folder.source, recursive: folder.recursive.unwrap_or(false) })
            }
            BatchInput::Uris(_) => None,
        }
    }

    /// The pictures that are named one by one.
    pub fn uris(&self) -> &[BatchUri] {
        match &self.input {
            BatchInput::Uris(uris) => uris,
            _ => &[],
        }
    }

    /// As [`super::EditRequest::output`].
    pub fn output(&self) -> Output {
        Output::of(self.output.as_ref())
    }
}

/// The answer to a look at a batch.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct BatchReport {
    pub id: u64,
    pub status: TaskStatus,
    pub created_at: String,
    pub request: Value,
    /// Of the first 1,000 items, in the order of the input; one without a `source` is the batch's own.
    pub errors: Vec<BatchError>,
    /// Of the first 1,000 items, in the order of the input.
    pub results: Vec<BatchResult>,
    pub progress: BatchProgress,
    /// A file of NDJSON with every item, once a batch of over 1,000 has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub results_url: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BatchProgress {
    /// Items; left out while the folder is being listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// Items with a result.
    pub done: u64,
    /// Items with an error.
    pub failed: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BatchResult {
    /// URI of the picture.
    pub source: String,
    pub input_object: PictureInfo,
    pub output_object: OutputObject,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profiling: Option<Profiling>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BatchError {
    pub error: String,
    pub created_at: String,
    pub input_object: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// A line of the file of results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BatchLine {
    /// Place in the input, from 0.
    pub index: u64,
    #[serde(flatten)]
    pub item: BatchItem,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum BatchItem {
    Done(Box<BatchResult>),
    Failed(BatchError),
}
