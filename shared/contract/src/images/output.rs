use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A destination URI, or an object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum OutputChoice {
    Destination(#[schemars(length(min = 1, max = 4096))] String),
    Options(Output),
}

/// How the result is written and where it goes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// Default `jpeg`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<FormatChoice>,
    /// `storage://` file, or folder where it ends with `/`. Absent = a temporary URL for 24 hours.
    #[schemars(length(min = 1, max = 4096))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination: Option<String>,
    /// `false`: a file that is at the destination already stays, and the edit ends with an error. Default `true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overwrite: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum FormatChoice {
    Name(FormatName),
    Options(FormatOptions),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FormatName {
    Jpeg,
    Png,
    Webp,
    Avif,
    Tiff,
}

/// A format with its options. `quality` beside `type` is accepted for every format and ignored where nothing is lossy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FormatOptions {
    #[serde(rename = "type")]
    pub name: FormatName,
    /// Defaults: jpeg 85, webp 75, avif 50, lossy tiff 75.
    #[schemars(range(min = 1, max = 100))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<i32>,
    /// jpeg only; default true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progressive: Option<bool>,
    /// png: `fast`, `best` or `optimal` (default). webp, avif, tiff: `lossy`, `lossless` or an object with a quality.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compression: Option<CompressionChoice>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum CompressionChoice {
    Name(Compression),
    Options(CompressionOptions),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Compression {
    Fast,
    Best,
    Optimal,
    Lossy,
    Lossless,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompressionOptions {
    #[serde(rename = "type")]
    pub name: Compression,
    #[schemars(range(min = 1, max = 100))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<i32>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// Dots an inch, both ways.
    #[schemars(range(min = 1, max = 65535))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dpi: Option<u32>,
    /// `RGB` (default: sRGB) or `CMYK`, with jpeg and tiff only; an object to name the inks and the paper too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color_space: Option<ColorSpaceChoice>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ColorSpaceChoice {
    Name(ColorSpace),
    Options(ColorSpaceOptions),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ColorSpace {
    #[serde(rename = "RGB")]
    Rgb,
    #[serde(rename = "CMYK")]
    Cmyk,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ColorSpaceOptions {
    #[serde(rename = "type")]
    pub name: ColorSpace,
    /// What a CMYK result is printed on; default `ISO_Coated`. The profiles are computed from published measurements: FOGRA39L
    /// (`ISO_Coated`), FOGRA29L (`ISO_Uncoated`), CGATS TR 005 (`USWeb_Coated`) and, for want of free American ones, FOGRA30L
    /// (`USWeb_Uncoated`). Inks are close to, but not the same as, those of Adobe's and ECI's profiles of similar names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color_profile: Option<ColorProfile>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ColorProfile {
    #[serde(rename = "ISO_Coated")]
    IsoCoated,
    #[serde(rename = "ISO_Uncoated")]
    IsoUncoated,
    #[serde(rename = "USWeb_Coated")]
    UsWebCoated,
    #[serde(rename = "USWeb_Uncoated")]
    UsWebUncoated,
}

impl Output {
    pub(super) fn of(choice: Option<&OutputChoice>) -> Self {
        match choice {
            None => Self::default(),
            Some(OutputChoice::Destination(uri)) => {
                Self { destination: Some(uri.clone()), ..Self::default() }
            }
            Some(OutputChoice::Options(output)) => output.clone(),
        }
    }

    /// Whether a file at the destination is replaced.
    pub fn overwrites(&self) -> bool {
        self.overwrite.unwrap_or(true)
    }

    pub fn format(&self) -> FormatName {
        match &self.format {
            None => FormatName::Jpeg,
            Some(FormatChoice::Name(name)) => *name,
            Some(FormatChoice::Options(options)) => options.name,
        }
    }

    /// Whether a JPEG is written progressively.
    pub fn progressive(&self) -> bool {
        self.options().and_then(|options| options.progressive).unwrap_or(true)
    }

    /// The compression named, if one is.
    pub fn compression(&self) -> Option<Compression> {
        match self.options()?.compression.as_ref()? {
            CompressionChoice::Name(name) => Some(*name),
            CompressionChoice::Options(options) => Some(options.name),
        }
    }

    /// The quality named, 1..100: the compression's own before the one beside `type`.
    pub fn quality(&self) -> Option<u8> {
        let options = self.options()?;
        let inner = match &options.compression {
            Some(CompressionChoice::Options(compression)) => compression.quality,
            _ => None,
        };
        inner.or(options.quality).and_then(|quality| u8::try_from(quality).ok())
    }

    pub fn dpi(&self) -> Option<u32> {
        self.metadata.as_ref()?.dpi
    }

    pub fn color_space(&self) -> ColorSpace {
        match self.metadata.as_ref().and_then(|metadata| metadata.color_space.as_ref()) {
            None => ColorSpace::Rgb,
            Some(ColorSpaceChoice::Name(name)) => *name,
            Some(ColorSpaceChoice::Options(options)) => options.name,
        }
    }

    /// What CMYK is made for; `None` where RGB is asked for.
    pub fn color_profile(&self) -> Option<ColorProfile> {
        let named = match self.metadata.as_ref()?.color_space.as_ref()? {
            ColorSpaceChoice::Name(_) => None,
            ColorSpaceChoice::Options(options) => options.color_profile,
        };
        (self.color_space() == ColorSpace::Cmyk).then_some(named.unwrap_or(ColorProfile::IsoCoated))
    }

    fn options(&self) -> Option<&FormatOptions> {
        match self.format.as_ref()? {
            FormatChoice::Name(_) => None,
            FormatChoice::Options(options) => Some(options),
        }
    }
}

impl FormatName {
    /// As written in requests and as file name extension.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Avif => "avif",
            Self::Tiff => "tiff",
        }
    }

    /// The longest side the format (or our encoder of it) can hold, in pixels.
    pub const fn max_side(self) -> u32 {
        match self {
            // What the codec takes; the format itself could say 35 more.
            Self::Jpeg => 65_500,
            Self::Png | Self::Tiff => 65_535,
            Self::Webp => 16_383,
            // More is outside of both profiles of AVIF 1.1, and browsers refuse it.
            Self::Avif => 16_384,
        }
    }

    /// Whether the format keeps transparency.
    pub const fn has_alpha(self) -> bool {
        !matches!(self, Self::Jpeg)
    }
}
