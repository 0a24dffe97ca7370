use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The size of the result and how the picture is brought to it. Neither side given, or both `"auto"`: unchanged.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resizing {
    /// Pixels, `"auto"` or a percentage of the input such as `"150%"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<Dimension>,
    /// As `width`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<Dimension>,
    /// Default `crop`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fit: Option<FitChoice>,
}

/// One side as written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Dimension {
    Pixels(#[schemars(range(min = 1, max = 65535))] u32),
    Text(#[schemars(length(min = 1, max = 16))] String),
}

/// One side as understood.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ParsedDimension {
    /// Follows from the other side and the aspect ratio.
    Auto,
    Pixels(u32),
    /// Of the input; greater than 0.
    Percent(f64),
}

impl Dimension {
    /// `None` where the text is neither `auto` nor a percentage greater than 0.
    pub fn parse(&self) -> Option<ParsedDimension> {
        match self {
            Self::Pixels(pixels) => Some(ParsedDimension::Pixels(*pixels)),
            Self::Text(text) if text == "auto" => Some(ParsedDimension::Auto),
            Self::Text(text) => {
                let percent = super::length::percent(text)?;
                (percent > 0.0).then_some(ParsedDimension::Percent(percent))
            }
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum FitChoice {
    Name(FitName),
    Options(FitOptions),
}

/// `crop`: scaled to cover both sides, the overflow cut. `bounds`: the whole picture within both sides. `cover`: the
/// whole picture, covering both sides. `canvas`: as bounds, centred on the background colour. `outpaint`: as canvas,
/// the free space generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FitName {
    Crop,
    Bounds,
    Cover,
    Canvas,
    Outpaint,
}

/// A fit with its options; `{"crop":"smart"}` without a type means crop.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FitOptions {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub name: Option<FitName>,
    /// With crop: which part is kept. Default `center`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crop: Option<CropKind>,
    /// With outpaint: how far the input grows, written like padding.
    #[schemars(length(min = 1, max = 64))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outpaint_by: Option<String>,
    /// With outpaint: width of the blend, `"0%"` to `"50%"`, default `"15%"`.
    #[schemars(length(min = 1, max = 16))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feathering: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CropKind {
    Center,
    Smart,
}

impl Resizing {
    pub fn fit(&self) -> FitName {
        match &self.fit {
            None => FitName::Crop,
            Some(FitChoice::Name(name)) => *name,
            Some(FitChoice::Options(options)) => options.name.unwrap_or(FitName::Crop),
        }
    }

    pub fn crop(&self) -> CropKind {
        match &self.fit {
            Some(FitChoice::Options(options)) => options.crop.unwrap_or(CropKind::Center),
            _ => CropKind::Center,
        }
    }
}
