//! From pixels to bytes, a file a format.

pub(crate) mod avif;
mod jpeg;
mod png;
mod png_form;
mod tiff;
mod webp;

use crate::ImagingError;
use crate::exif::Exif;
use crate::libjpeg::{self, Quality, Source};
use crate::libwebp::Mode;
use crate::limits::Watch;
use crate::picture::{Channels, Raster};
use crate::planes::Chroma;

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
    Avif {
        mode: avif::Mode,
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
            Self::Avif { .. } => "avif",
            Self::Tiff { .. } => "tiff",
        }
    }

    /// Whether the file keeps chroma at half of luma's sides, so that [`Yuv420`](crate::yuv420::Yuv420) will do.
    pub(crate) fn takes_planes(&self) -> bool {
        match self {
            Self::Jpeg(quality) => libjpeg::chroma_factor(*quality) == 2,
            Self::Webp { mode: Mode::Lossy(_), .. } => true,
            Self::Avif { mode: mode @ avif::Mode::Lossy(_), .. } => mode.chroma(3) == Chroma::Quarter,
            _ => false,
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
    raster: Raster,
    target: &Target,
    exif: &Exif,
    profile: Option<&[u8]>,
    watch: Watch,
) -> Result<Vec<u8>, ImagingError> {
    let raster = match (raster, target) {
        (Raster::Yuv420(planes), Target::Jpeg(quality)) => {
            return jpeg::encode(Source::Yuv420(&planes), *quality, exif, profile, watch);
        }
        (Raster::Yuv420(planes), Target::Webp { mode: mode @ Mode::Lossy(_), dpi }) => {
            return webp::encode_yuv(&planes, *mode, *dpi, exif, watch);
        }
        (Raster::Yuv420(planes), Target::Avif { mode: mode @ avif::Mode::Lossy(_), dpi }) => {
            return avif::encode_yuv(planes, *mode, *dpi, exif);
        }
        (raster, _) => raster,
    };
    let picture = raster.into_eight_bits(watch)?;
    if picture.channels == Channels::Cmyk && !target.keeps_cmyk() {
        return Err(ImagingError::Internal("CMYK was not brought to RGB".into()));
    }
    // The profiles at hand are of three colours or four inks.
    let profile = profile.filter(|_| picture.channels != Channels::Grey);
    match target {
        Target::Jpeg(quality) => jpeg::encode(Source::Pixels(&picture), *quality, exif, profile, watch),
        Target::Png { compression, dpi } => {
            png::encode(picture, *compression, *dpi, exif, profile.is_some(), watch)
        }
        Target::Webp { mode, dpi } => webp::encode(picture, *mode, *dpi, exif, profile, watch),
        Target::Avif { mode, dpi } => avif::encode(&picture, *mode, *dpi, exif, watch),
        Target::Tiff { lossy, dpi } => tiff::encode(&picture, *lossy, *dpi, exif, profile, watch),
    }
}
