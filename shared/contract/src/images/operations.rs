use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Resizing;

/// What is done to a picture. Applied in the order of the specification, whatever the order of the keys.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Operations {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restorations: Option<Restorations>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adjustments: Option<Adjustments>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background: Option<Background>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resizing: Option<Resizing>,
    /// Empty space inside the output: `"10%"`, `"5% 15%"` (left and right, then top and bottom), `"30px"`,
    /// `"100px 150px"`, or four pixel values: top, right, bottom, left.
    #[schemars(length(min = 1, max = 64))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub padding: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privacy: Option<Privacy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generative: Option<Generative>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Restorations {
    /// Removes the artefacts of JPEG compression; `auto` measures first whether there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decompress: Option<Decompress>,
    /// The method where `resizing` enlarges.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upscale: Option<UpscaleChoice>,
    /// Redraws detail at the same size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub polish: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decompress {
    Moderate,
    Strong,
    Auto,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum UpscaleChoice {
    Name(UpscaleName),
    Photo(PhotoUpscale),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UpscaleName {
    SmartEnhance,
    SmartResize,
    Faces,
    DigitalArt,
    Photo,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PhotoUpscale {
    #[serde(rename = "type")]
    pub kind: PhotoType,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<PhotoVersion>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PhotoType {
    Photo,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum PhotoVersion {
    #[serde(rename = "1")]
    One,
    #[serde(rename = "2")]
    Two,
    #[serde(rename = "3")]
    Three,
}

/// Tone and colour; 0 leaves the picture unchanged.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Adjustments {
    /// Automatic balance of colour, haze and light, place by place; what is good already stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hdr: Option<HdrChoice>,
    /// Linear light times 2^(2e/100).
    #[schemars(range(min = -100, max = 100))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exposure: Option<i32>,
    /// Chroma (BT.601) times 1 + s/100; -100 is grey.
    #[schemars(range(min = -100, max = 100))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saturation: Option<i32>,
    /// Around mid-grey: linear below 0, an S-curve above.
    #[schemars(range(min = -100, max = 100))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contrast: Option<i32>,
    /// Unsharp mask on luma, amount k/100 × 1.5.
    #[schemars(range(min = 0, max = 100))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sharpness: Option<i32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum HdrChoice {
    Intensity(#[schemars(range(min = 0, max = 100))] i32),
    Options(HdrOptions),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HdrOptions {
    /// Default 100.
    #[schemars(range(min = 0, max = 100))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intensity: Option<i32>,
    /// The left edge continues the right one, as in a panorama: no seam appears between them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stitching: Option<bool>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Background {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remove: Option<RemoveChoice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blur: Option<BlurChoice>,
    /// Fills what is transparent: `#rgb`, `#rrggbb`, `#rrggbbaa` with or without `#`, or `transparent`.
    #[schemars(length(min = 1, max = 32))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// Accepted for compatibility.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_original_alpha: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum RemoveChoice {
    Switch(bool),
    Options(RemoveOptions),
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveOptions {
    /// Default `general`; excludes `selective`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selective: Option<Selective>,
    /// Cuts to the bounds of the object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clipping: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    General,
    Cars,
    Products,
}

/// An object named in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Selective {
    #[schemars(length(min = 3, max = 128))]
    pub object_to_keep: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum BlurChoice {
    Switch(bool),
    Options(BlurOptions),
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BlurOptions {
    /// Default `general`; excludes `selective`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selective: Option<Selective>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<BlurType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<BlurLevel>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BlurType {
    Regular,
    Lens,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BlurLevel {
    Low,
    Medium,
    High,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Privacy {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blur_car_plate: Option<bool>,
    /// Cuts away everything above the line between nose and lips.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_crop: Option<bool>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Generative {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style_transfer: Option<StyleTransfer>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StyleTransfer {
    #[schemars(length(min = 1, max = 4096))]
    pub style_reference_image: String,
    #[schemars(length(min = 3, max = 1024))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// Default 1.
    #[schemars(range(min = 0, max = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub depth_strength: Option<f64>,
    /// Default 0.75.
    #[schemars(range(min = 0, max = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub denoising_strength: Option<f64>,
    /// Default 0.75.
    #[schemars(range(min = 0, max = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style_strength: Option<f64>,
}
