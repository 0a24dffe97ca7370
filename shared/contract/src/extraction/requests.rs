//! Requests of extraction models: a picture each, read in the background, whose data are kept under the model.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ask::{check_prompt, check_schema};
use crate::fault::{Check, Fault};
use crate::images::stored_fault;
use crate::limits::MAX_PAYLOAD_BYTES;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RequestStatus {
    Pending,
    Processing,
    Completed,
    Failed,
}

/// `POST /requests`, as a form or as JSON.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RequestCreate {
    #[schemars(length(min = 1))]
    pub model_id: String,
    /// The file in a form; elsewhere a URL (`https://`, `upload://` or `storage://`) or base64.
    #[schemars(length(min = 1))]
    pub image: String,
    /// Taken for the sake of older clients and ignored.
    pub config_name: Option<String>,
    /// Any JSON of at most 20,000 bytes, or a string that holds it: stored with the data and shown beside them.
    pub payload: Option<Value>,
}

impl Check for RequestCreate {
    fn check(&self, faults: &mut Vec<Fault>) {
        faults.extend(stored_fault("image", &self.image));
        let Some(payload) = &self.payload else { return };
        if payload.to_string().len() > MAX_PAYLOAD_BYTES {
            faults.push(Fault::other("payload", format!("is longer than {MAX_PAYLOAD_BYTES} bytes")));
        } else if payload.as_str().is_some_and(|text| serde_json::from_str::<Value>(text).is_err()) {
            faults.push(Fault::other("payload", "is a string that is no JSON"));
        }
    }
}

/// A request that was accepted.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RequestAccepted {
    pub id: String,
    pub model_id: String,
    pub status: RequestStatus,
    pub created_at: String,
}

/// A request and what was extracted.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RequestItem {
    pub id: String,
    pub model_id: String,
    pub status: RequestStatus,
    /// What was extracted; null until it is completed.
    pub data: Option<Value>,
    pub payload: Option<Value>,
    /// The file's name or the URL; null of base64.
    pub image: Option<String>,
    pub created_at: String,
    /// Why it failed; it is free then.
    pub error: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RequestRef {
    pub id: String,
}

/// `GET /requests/models/{model_id}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RequestQuery {
    pub model_id: String,
    /// From 1. Absent: 1.
    #[schemars(range(min = 1, max = u32::MAX))]
    pub page: Option<u32>,
    /// Items of a page. Absent: 10.
    #[schemars(range(min = 1, max = 100))]
    pub size: Option<u32>,
    /// Only items whose extracted text has this in it, in upper or lower case.
    #[schemars(length(max = 128))]
    pub q: Option<String>,
}

/// `GET /requests/models`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ModelQuery {
    /// From 1. Absent: 1.
    #[schemars(range(min = 1, max = u32::MAX))]
    pub page: Option<u32>,
    /// Items of a page. Absent: 10.
    #[schemars(range(min = 1, max = 100))]
    pub size: Option<u32>,
}

/// A page by its number, newest first.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "{T}Pages")]
pub struct Numbered<T> {
    pub items: Vec<T>,
    /// Of all pages.
    pub total: u64,
    pub page: u32,
    pub size: u32,
    pub pages: u64,
}

/// Which items a page has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    pub page: u32,
    pub size: u32,
}

impl Turn {
    pub fn new(page: Option<u32>, size: Option<u32>) -> Self {
        Self { page: page.unwrap_or(1).max(1), size: size.unwrap_or(10).clamp(1, 100) }
    }

    /// Items before the page.
    pub fn skipped(self) -> u64 {
        u64::from(self.page - 1) * u64::from(self.size)
    }

    pub fn of<T>(self, items: Vec<T>, total: u64) -> Numbered<T> {
        let Self { page, size } = self;
        Numbered { items, total, page, size, pages: total.div_ceil(u64::from(size)) }
    }
}

/// `POST /requests/models`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ModelCreate {
    /// So that clients keep the ids they have: letters, digits, `-`, `_`, `.` and `:`. Absent: a UUID.
    #[schemars(length(min = 1, max = 128))]
    pub id: Option<String>,
    #[schemars(length(min = 1, max = 128))]
    pub name: String,
    #[schemars(length(min = 1, max = 20_000))]
    pub prompt: String,
    /// A JSON Schema whose root is an object, as JSON of at most 100,000 bytes. The data fit it.
    pub schema: Option<Value>,
}

impl Check for ModelCreate {
    fn check(&self, faults: &mut Vec<Fault>) {
        let is_plain =
            |id: &String| id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':'));
        if self.id.as_ref().is_some_and(|id| !is_plain(id) || id.chars().all(|c| c == '.')) {
            faults.push(Fault::other("id", "may have letters, digits, -, _, . and : only"));
        }
        check_prompt(&self.prompt, faults);
        if let Some(schema) = &self.schema {
            check_schema(schema, faults);
        }
    }
}

/// A saved prompt.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ExtractionModel {
    pub id: String,
    pub name: String,
    pub prompt: String,
    pub schema: Option<Value>,
    pub created_at: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ModelRef {
    pub model_id: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ModelDeleted {
    pub id: String,
    pub deleted: bool,
}

impl Check for RequestRef {}
impl Check for RequestQuery {}
impl Check for ModelQuery {}
impl Check for ModelRef {}

/// `GET /api/v1/extract-image/{id}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExtractionReport {
    pub id: String,
    pub status: RequestStatus,
    pub result_url: String,
    pub created_at: String,
    /// What the call would have answered; null until it is completed.
    pub result: Option<super::Extracted>,
    /// Why it failed; it is free then.
    pub error: Option<String>,
}

/// The answer to `Prefer: respond-async`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExtractionAccepted {
    pub id: String,
    pub status: RequestStatus,
    pub result_url: String,
}
