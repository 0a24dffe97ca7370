use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::fault::Check;
use crate::limits::{Rate, TierLimits};
use crate::price::Prices;

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Health {
    pub status: &'static str,
    pub version: &'static str,
}

/// `GET /v1/limits`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Limits {
    pub sizes: Sizes,
    pub prices: Prices,
    /// Requests by class of routes; an account's limit, in fixed windows.
    pub rate_limits: BTreeMap<&'static str, Rate>,
    /// Limits of classify and tag by the account's tier; `public` is for calls without a key.
    pub tiers: BTreeMap<&'static str, TierLimits>,
    pub formats: Formats,
    /// Operations this version can do, as paths inside `operations`.
    pub operations: &'static [&'static str],
    /// Models in use by task.
    pub models: BTreeMap<&'static str, String>,
}

/// Bytes, pixels and seconds.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Sizes {
    pub json_body_bytes: usize,
    pub multipart_body_bytes: usize,
    pub input_by_url_bytes: u64,
    pub decoded_pixels: u64,
    pub decoded_side: u32,
    pub output_pixels: u64,
    pub sync_seconds: u64,
    pub result_seconds: i64,
    /// Of classify and tag.
    pub text_characters: usize,
    pub labels: usize,
    pub examples_a_label: usize,
    pub images: usize,
    pub image_bytes: usize,
    pub document_bytes: usize,
    pub document_pages: usize,
    pub media_body_bytes: usize,
    pub batch_texts: usize,
    pub batch_body_bytes: usize,
    /// Of the file of a batch job, and of one of its lines.
    pub job_file_bytes: u64,
    pub job_line_bytes: usize,
    /// Of an upload, and of one that goes up in one form.
    pub upload_bytes: u64,
    pub upload_form_bytes: u64,
    /// Of an account: uploads without their file, and bytes of all.
    pub uploads_pending: i64,
    pub uploads_stored_bytes: i64,
    /// Of a batch of edits: pictures that are named one by one, and files of a folder.
    pub batch_edit_uris: usize,
    pub batch_edit_objects: u64,
    /// Of an account.
    pub storages: i64,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Formats {
    pub input: &'static [&'static str],
    pub output: &'static [&'static str],
}

/// `/files/{token}/{name}`.
#[derive(Debug, Clone, Serialize, serde::Deserialize, JsonSchema)]
pub struct FileRef {
    #[schemars(length(max = 1024))]
    pub token: String,
    #[schemars(length(max = 255))]
    pub name: String,
}

impl Check for FileRef {}
