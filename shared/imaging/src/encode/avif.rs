//! AVIF: AV1 by libaom in a container of our own. Colours are sRGB, at full range; opacity is a picture of its own.

use crate::ImagingError;
use crate::exif::{self, Exif};
use crate::heif::{self, Cicp, Codec};
use crate::libaom::{self, Stream};
use crate::limits::Watch;
use crate::picture::{Channels, Picture};
use crate::planes::{Chroma, Planes, from_rgb};
use crate::yuv420::Yuv420;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Quality 1 to 100.
    Lossy(u8),
    Lossless,
}

/// From this quality on chroma keeps its full resolution, as in JPEG.
const FULL_CHROMA_QUALITY: u8 = 90;
/// The primaries of sRGB, its transfer function, and green, blue and red as they are or BT.601.
const PLAIN: Cicp = Cicp { primaries: 1, transfer: 13, matrix: 0, full_range: true };
const LUMA_AND_CHROMA: Cicp = Cicp { matrix: 6, ..PLAIN };

impl Mode {
    /// How chroma is stored for a picture of so many channels.
    pub(crate) fn chroma(self, channels: u64) -> Chroma {
        match self {
            _ if channels == 1 => Chroma::None,
            Self::Lossy(quality) if quality < FULL_CHROMA_QUALITY => Chroma::Quarter,
            _ => Chroma::Full,
        }
    }

    /// libaom's 0 to 63; 0 would be lossless. The same quality gives about the SSIM that sharp's gives, whose encoder is slower
    /// and therefore needs 63 where this needs 60.
    fn quantizer(self) -> u8 {
        match self {
            Self::Lossy(quality) => (((100 - u16::from(quality.min(100))) * 60 + 50) / 100).max(1) as u8,
            Self::Lossless => 0,
        }
    }
}

/// Looks at the deadline before each picture: libaom cannot be stopped within one.
pub(super) fn encode(
    picture: &Picture,
    mode: Mode,
    dpi: Option<u32>,
    exif: &Exif,
    watch: Watch,
) -> Result<Vec<u8>, ImagingError> {
    let chroma = mode.chroma(picture.channels.count() as u64);
    let cicp = if mode == Mode::Lossless && chroma == Chroma::Full { PLAIN } else { LUMA_AND_CHROMA };
    let planes = from_rgb(picture, chroma, cicp.matrix == 0);
    let colors = libaom::write(&planes, mode.quantizer(), cicp)?;
    watch.check()?;
    let alpha = match picture.channels {
        Channels::Rgba => Some(libaom::write(&alpha(picture), mode.quantizer(), LUMA_AND_CHROMA)?),
        _ => None,
    };
    Ok(file(&planes, cicp, &colors, alpha.as_ref(), exif::block(dpi, exif).as_deref()))
}

/// Of a mode whose chroma is a quarter.
pub(super) fn encode_yuv(
    planes: Yuv420,
    mode: Mode,
    dpi: Option<u32>,
    exif: &Exif,
) -> Result<Vec<u8>, ImagingError> {
    let planes = Planes::from(planes);
    let colors = libaom::write(&planes, mode.quantizer(), LUMA_AND_CHROMA)?;
    Ok(file(&planes, LUMA_AND_CHROMA, &colors, None, exif::block(dpi, exif).as_deref()))
}

fn file(
    planes: &Planes<u8>,
    cicp: Cicp,
    colors: &Stream,
    alpha: Option<&Stream>,
    exif: Option<&[u8]>,
) -> Vec<u8> {
    heif::write(&heif::Written {
        codec: Codec::Av1,
        width: planes.width,
        height: planes.height,
        bits: &[8; 3][..planes.count()],
        config: &colors.config,
        data: &colors.data,
        cicp: Some(cicp),
        alpha: alpha.map(|stream| (&stream.config[..], &stream.data[..])),
        exif,
    })
}

fn alpha(picture: &Picture) -> Planes<u8> {
    let samples = picture.pixels.iter().skip(3).step_by(4).copied().collect();
    let (width, height) = (picture.width, picture.height);
    Planes { width, height, bits: 8, chroma: Chroma::None, samples: [samples, Vec::new(), Vec::new()] }
}
