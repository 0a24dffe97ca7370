//! TIFF in CMYK with 8 or 16 bits a sample, uncompressed, PackBits, LZW or deflate. The `image` crate would convert it
//! without its profile.

use ::tiff::decoder::{DecodingResult, Limits};
use ::tiff::tags::Tag;
use ::tiff::{ColorType, TiffError};

use super::tiff::{self, Tiff};

use crate::ImagingError;
use crate::exif;
use crate::header::{Format, Header};
use crate::limits::Watch;
use crate::picture::{Channels, Depth, Picture, Raster, Sample};

const JPEG: u16 = 7;
const INKS: u16 = 4;
/// What the decoder may allocate beside the pixels, in bytes.
const DECODER_BYTES: u64 = 4 << 20;

fn corrupt(error: TiffError) -> ImagingError {
    match error {
        TiffError::IoError(_) => ImagingError::corrupt("tiff", "its data ends early"),
        TiffError::UnsupportedError(_) => ImagingError::Unsupported("such CMYK TIFF".into()),
        error => ImagingError::corrupt("tiff", error),
    }
}

/// Bits a sample; `None` where the file is another kind of TIFF.
fn bits(decoder: &mut Tiff<'_>) -> Option<Result<u8, ImagingError>> {
    let unsupported = |what: &str| Some(Err(ImagingError::Unsupported(format!("{what} CMYK TIFF"))));
    let bits = match decoder.colortype().ok()? {
        ColorType::CMYK(bits) => bits,
        ColorType::CMYKA(_) => return unsupported("transparent"),
        _ => return None,
    };
    // What can be read of it has been read before.
    if decoder.get_tag_unsigned::<u16>(Tag::Compression).ok() == Some(JPEG) {
        return unsupported("such JPEG-compressed");
    }
    match bits {
        8 | 16 => Some(Ok(bits)),
        bits => unsupported(&format!("{bits}-bit")),
    }
}

/// `None` where the file is another kind of TIFF.
pub(super) fn header(input: &[u8]) -> Option<Result<Header, ImagingError>> {
    let mut decoder = tiff::open(input, Watch::NEVER)?;
    let (width, height) = decoder.dimensions().ok()?;
    let bits = match bits(&mut decoder)? {
        Ok(bits) => u64::from(bits),
        Err(error) => return Some(Err(error)),
    };
    // Once more where planes are joined.
    let stored = u64::from(width) * u64::from(height) * u64::from(INKS) * bits / 8;
    Some(Ok(Header {
        format: Format::Tiff,
        width,
        height,
        channels: Channels::Cmyk,
        depth: if bits == 16 { Depth::Sixteen } else { Depth::Eight },
        decoder_bytes: stored + DECODER_BYTES,
        by_rows: false,
        profile: tiff::profile(input),
        exif: exif::of_tiff(input),
    }))
}

/// `None` where the file is another kind of TIFF.
pub(super) fn decode(input: &[u8], header: &Header, watch: Watch) -> Option<Result<Raster, ImagingError>> {
    if header.channels != Channels::Cmyk {
        return None;
    }
    Some(pixels(tiff::open(input, watch)?, header).map_err(|error| watch.instead_of(error)))
}

fn pixels(mut decoder: Tiff<'_>, header: &Header) -> Result<Raster, ImagingError> {
    let count = header.pixels() as usize * usize::from(INKS);
    let mut limits = Limits::default();
    limits.decoding_buffer_size = 2 * count;
    limits.intermediate_buffer_size = 2 * count + DECODER_BYTES as usize;
    decoder = decoder.with_limits(limits);
    let mut samples = DecodingResult::U8(Vec::new());
    let layout = decoder.read_image_to_buffer(&mut samples).map_err(corrupt)?;
    match samples {
        DecodingResult::U8(samples) => picture(header, samples, layout.planes).map(Raster::Eight),
        DecodingResult::U16(samples) => picture(header, samples, layout.planes).map(Raster::Sixteen),
        _ => Err(ImagingError::Unsupported("signed or real-valued CMYK TIFF".into())),
    }
}

fn picture<T: Sample>(header: &Header, samples: Vec<T>, planes: usize) -> Result<Picture<T>, ImagingError> {
    if samples.len() != header.pixels() as usize * usize::from(INKS) {
        return Err(ImagingError::corrupt("tiff", "its headers contradict each other"));
    }
    let pixels = if planes > 1 { interleaved(&samples) } else { samples };
    Ok(Picture { width: header.width, height: header.height, channels: Channels::Cmyk, pixels })
}

/// One plane an ink to one pixel after the other.
fn interleaved<T: Sample>(planes: &[T]) -> Vec<T> {
    let plane = planes.len() / usize::from(INKS);
    (0..plane).flat_map(|at| (0..usize::from(INKS)).map(move |ink| planes[ink * plane + at])).collect()
}
