//! What all kinds of TIFF share: how a file is opened, and which module reads it where the `image` crate does not.

use tiff::decoder::Decoder;
use tiff::tags::Tag;

use super::{tiff_cmyk, tiff_counts, tiff_few_bits, tiff_jpeg};
use crate::ImagingError;
use crate::exif::Reader;
use crate::header::{Header, MAX_PROFILE_BYTES};
use crate::limits::{Watch, Watched};
use crate::picture::{Channels, Picture, Raster, Sample};

const PLANAR: u16 = 2;
const ICC_PROFILE: u16 = 34_675;
const EXTRA_SAMPLES: u16 = 338;
const ASSOCIATED: usize = 1;

pub(super) type Tiff<'a> = Decoder<Watched<'a>>;

pub(super) fn open(input: &[u8], watch: Watch) -> Option<Tiff<'_>> {
    Decoder::new(Watched::new(input, watch)).ok()
}

/// Why not by the decoder: it takes 32 bytes for each. BigTIFF, which [`Reader`] does not know, is left to it, within its limits.
pub(super) fn profile(input: &[u8]) -> Option<Vec<u8>> {
    match Reader::new(input) {
        Some(reader) => {
            reader.bytes(ICC_PROFILE).filter(|bytes| bytes.len() <= MAX_PROFILE_BYTES).map(<[u8]>::to_vec)
        }
        None => open(input, Watch::NEVER)?.get_tag_u8_vec(Tag::IccProfile).ok(),
    }
}

/// `None` where the `image` crate reads the file.
pub(super) fn header(input: &[u8]) -> Option<Result<Header, ImagingError>> {
    if tiff_counts::are_excessive(input) {
        return Some(Err(ImagingError::corrupt("tiff", "its directory says that it has too many values")));
    }
    if is_planar_in_tiles(input) {
        return Some(Err(ImagingError::Unsupported("tiled planar TIFF".into())));
    }
    let header = tiff_jpeg::header(input).or_else(|| tiff_few_bits::header(input));
    header.map(Ok).or_else(|| tiff_cmyk::header(input))
}

/// `None` where the `image` crate reads the file.
pub(super) fn decode(input: &[u8], header: &Header, watch: Watch) -> Option<Result<Raster, ImagingError>> {
    tiff_jpeg::decode(input, header, watch)
        .or_else(|| tiff_few_bits::decode(input, header, watch).map(|picture| picture.map(Raster::Eight)))
        .or_else(|| tiff_cmyk::decode(input, header, watch))
}

/// Whether colours are stored multiplied by alpha (TIFF 6.0, section 18).
pub(super) fn has_associated_alpha(input: &[u8]) -> bool {
    let reader = Reader::new(input);
    let kind = reader.and_then(|reader| reader.number(reader.entry(EXTRA_SAMPLES)?, 0));
    kind == Some(ASSOCIATED)
}

/// Colours that were multiplied by alpha as they were before.
pub(super) fn straight(raster: Raster) -> Raster {
    match raster {
        Raster::Eight(picture) => Raster::Eight(divided(picture)),
        Raster::Sixteen(picture) => Raster::Sixteen(divided(picture)),
        planes @ Raster::Yuv420(_) => planes,
    }
}

fn divided<T: Sample>(mut picture: Picture<T>) -> Picture<T> {
    if picture.channels == Channels::Rgba {
        for pixel in picture.pixels.chunks_exact_mut(4) {
            let alpha = u32::from(pixel[3].number());
            let full = u32::from(T::MAX);
            if alpha == 0 || alpha == full {
                continue;
            }
            for sample in &mut pixel[..3] {
                let color = (u32::from(sample.number()) * full + alpha / 2) / alpha;
                *sample = T::from_number(color.min(full) as u16);
            }
        }
    }
    picture
}

/// The `tiff` crate (0.11) panics over these: it looks for the edge of the picture in the first plane only.
fn is_planar_in_tiles(input: &[u8]) -> bool {
    let Some(mut tiff) = open(input, Watch::NEVER) else { return false };
    let planar = tiff.get_tag_unsigned::<u16>(Tag::PlanarConfiguration).ok() == Some(PLANAR);
    planar && matches!(tiff.find_tag(Tag::TileOffsets), Ok(Some(_)))
}
