//! Uploads: files that a caller sends straight to the store, to be named as inputs by `upload://`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{Check, Fault};
use crate::limits::MAX_FORM_UPLOAD;

/// Start of the URI of an upload, wherever an input is named.
pub const UPLOAD_SCHEME: &str = "upload://";

/// `POST /v1/uploads`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct UploadCreate {
    #[schemars(length(min = 1, max = 255))]
    pub filename: String,
    #[schemars(length(max = 255))]
    pub content_type: Option<String>,
    /// Bytes; up to 5,000,000,000. Without it, or up to 100,000,000, the file goes up in one form; a larger one in parts.
    #[schemars(range(min = 1, max = 5_000_000_000_i64))]
    pub size: Option<u64>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct UploadRef {
    pub id: String,
}

/// `POST /v1/uploads/{id}/complete`, for an upload in parts.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct UploadComplete {
    pub id: String,
    #[schemars(length(min = 1, max = 80))]
    pub parts: Vec<UploadedPart>,
}

/// A part that has been sent, with the header `ETag` of the answer to it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct UploadedPart {
    #[schemars(range(min = 1, max = 80))]
    pub number: u32,
    #[schemars(length(min = 1, max = 100))]
    pub etag: String,
}

/// Where one part goes, by PUT.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct UploadPart {
    pub number: u32,
    pub url: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum UploadMethod {
    /// A form at `url`: every one of `fields`, then the part `file`, last.
    Post,
    /// The bytes of each of `parts` at its `url`, then `complete`.
    Put,
}

/// Where the file goes.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct UploadTarget {
    pub id: String,
    /// What names the file as an input.
    pub uri: String,
    pub method: UploadMethod,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields: Option<BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parts: Option<Vec<UploadPart>>,
    /// Bytes of each part but the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part_size: Option<u64>,
    /// Until when the addresses are good; `renew` gives fresh ones.
    pub urls_expire_at: String,
    /// When the upload is gone.
    pub expires_at: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UploadStatus {
    /// The file, or a part of it, has not arrived.
    Pending,
    Ready,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Upload {
    pub id: String,
    pub uri: String,
    pub status: UploadStatus,
    pub filename: String,
    pub content_type: Option<String>,
    /// Bytes that arrived; of a pending one those announced.
    pub size: Option<u64>,
    pub created_at: String,
    pub expires_at: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct UploadDeleted {
    pub id: String,
    pub deleted: bool,
}

impl Check for UploadCreate {
    fn check(&self, faults: &mut Vec<Fault>) {
        let is_plain = |text: &String| text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        if !self.content_type.as_ref().is_none_or(is_plain) {
            faults.push(Fault::other("content_type", "content_type is not a media type"));
        }
    }
}

impl UploadCreate {
    /// Whether it goes up in parts.
    pub fn is_in_parts(&self) -> bool {
        self.size.is_some_and(|size| size > MAX_FORM_UPLOAD)
    }
}

impl Check for UploadRef {}

impl Check for UploadComplete {
    fn check(&self, faults: &mut Vec<Fault>) {
        let mut numbers: Vec<u32> = self.parts.iter().map(|part| part.number).collect();
        numbers.sort_unstable();
        let is_whole = numbers.iter().copied().eq((1..).take(numbers.len()));
        if !is_whole {
            faults.push(Fault::other("parts", "parts must be numbered 1, 2, 3 and so on, each once"));
        }
    }
}
