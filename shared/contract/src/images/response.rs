use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `data` of a synchronous edit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EditData {
    pub input: PictureInfo,
    pub output: OutputObject,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profiling: Option<Profiling>,
}

/// What a picture is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PictureInfo {
    /// `jpeg`, `png`, `webp`, ...
    pub ext: String,
    /// Width × height / 1,000,000.
    pub mps: f64,
    pub mime: String,
    /// The extension in upper case.
    pub format: String,
    /// Pixels, as displayed: after the orientation of the metadata.
    pub width: u32,
    /// Pixels, as displayed.
    pub height: u32,
}

impl PictureInfo {
    /// `ext` is the lower-case name of the format: `jpeg`, `png`, `webp`, `avif`, `heic`, `gif`, `bmp`, `tiff`.
    pub fn new(ext: &str, width: u32, height: u32) -> Self {
        Self {
            ext: ext.to_owned(),
            mps: f64::from(width) * f64::from(height) / 1_000_000.0,
            mime: format!("image/{ext}"),
            format: ext.to_ascii_uppercase(),
            width,
            height,
        }
    }
}

/// A result: what it is and where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OutputObject {
    #[serde(flatten)]
    pub picture: PictureInfo,
    /// Answers the bytes without a key for 24 hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tmp_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object_bucket: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claid_storage_uri: Option<String>,
}

impl OutputObject {
    pub fn temporary(picture: PictureInfo, tmp_url: impl Into<String>) -> Self {
        Self {
            picture,
            tmp_url: Some(tmp_url.into()),
            object_key: None,
            object_bucket: None,
            object_uri: None,
            claid_storage_uri: None,
        }
    }
}

/// Where the time went.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Profiling {
    /// Milliseconds by step: `decode`, `resize`, `encode`, ...
    pub milliseconds: BTreeMap<String, f64>,
}
