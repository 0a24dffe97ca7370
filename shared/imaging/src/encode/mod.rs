//! From pixels to bytes, a file a format.

mod jpeg;
mod png;
mod png_form;
mod tiff;
mod webp;

use crate::ImagingError;
use crate::exif::Exif;
use crate::libjpeg::Quality;
use crate::libwebp::Mode;
use crate::limits::Watch;
use crate::picture::{Channels, Picture};

/// The file that is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Target {
    Jpeg(Quality),
    Png {
        compression: ::png::Compression,
        dpi: Option<u32>,
    },
    Webp {
        mode: Mode,
        dpi: Option<u32>,
    },
    /// Lossless (LZW), or JPEG inside.
    Tiff {
        lossy: Option<Quality>,
        dpi: Option<u32>,
    },
}

impl Target {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Jpeg(_) => "jpeg",
            Self::Png { .. } => "png",
            Self::Webp { .. } => "webp",
            Self::Tiff { .. } => "tiff",
        }
    }

    pub(crate) fn keeps_cmyk(&self) -> bool {
        matches!(self, Self::Jpeg(_) | Self::Tiff { .. })
    }

    pub(crate) fn keeps_alpha(&self) -> bool {
        !matches!(self, Self::Jpeg(_) | Self::Tiff { lossy: Some(_), .. })
    }
}

/// `profile` is what the samples mean, an ICC profile of sRGB or, with CMYK, of a press.
pub(crate) fn encode(
    picture: Picture,
    target: &Target,
    exif: &Exif,
    profile: Option<&[u8]>,
    watch: Watch,
) -> Result<Vec<u8>, ImagingError> {
    if picture.channels == Channels::Cmyk && !target.keeps_cmyk() {
        return Err(ImagingError::Internal("CMYK was not brought to RGB".into()));
    }
    // The profiles at hand are of three colours or four inks.
    let profile = profile.filter(|_| picture.channels != Channels::Grey);
    match target {
        Target::Jpeg(quality) => jpeg::encode(&picture, *quality, exif, profile, watch),
        Target::Png { compression, dpi } => {
            png::encode(picture, *compression, *dpi, exif, profile.is_some(), watch)
        }
        Target::Webp { mode, dpi } => webp::encode(picture, *mode, *dpi, exif, profile, watch),
        Target::Tiff { lossy, dpi } => tiff::encode(&picture, *lossy, *dpi, exif, profile, watch),
    }
}
