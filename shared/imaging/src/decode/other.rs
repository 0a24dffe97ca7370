//! GIF (first frame), BMP and TIFF by the `image` crate: formats whose speed does not matter here.

use std::io::Cursor;

use image::codecs::bmp::BmpDecoder;
use image::codecs::gif::GifDecoder;
use image::codecs::tiff::TiffDecoder;
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageError};

use super::tiff_jpeg;
use crate::ImagingError;
use crate::exif;
use crate::header::{Format, Header};
use crate::limits::Watch;
use crate::picture::{Channels, Picture};

/// What a decoder may allocate beside the pixels it delivers, in bytes.
const DECODER_BYTES: u64 = 16 << 20;

/// The pixels as the file has them, and a strip of it, which may be all of it.
fn allowance(decoder: &dyn ImageDecoder, input: &[u8]) -> u64 {
    decoder.total_bytes().saturating_add(input.len() as u64 + DECODER_BYTES)
}

fn corrupt(format: Format, error: ImageError) -> ImagingError {
    match error {
        ImageError::Unsupported(_) => {
            ImagingError::Unsupported(format!("such {}", format.name().to_uppercase()))
        }
        ImageError::IoError(_) => ImagingError::corrupt(format.name(), "its data ends early"),
        error => ImagingError::corrupt(format.name(), error),
    }
}

fn open(input: &[u8], format: Format) -> Result<Box<dyn ImageDecoder + '_>, ImagingError> {
    let cursor = Cursor::new(input);
    let opened: Result<Box<dyn ImageDecoder + '_>, ImageError> = match format {
        Format::Gif => GifDecoder::new(cursor).map(|decoder| Box::new(decoder) as _),
        Format::Bmp => BmpDecoder::new(cursor).map(|decoder| Box::new(decoder) as _),
        _ => TiffDecoder::new(cursor).map(|decoder| Box::new(decoder) as _),
    };
    opened.map_err(|error| corrupt(format, error))
}

fn channels(decoder: &dyn ImageDecoder) -> Channels {
    let color = decoder.color_type();
    if color.has_alpha() {
        Channels::Rgba
    } else if color.has_color() {
        Channels::Rgb
    } else {
        Channels::Grey
    }
}

pub(crate) fn header(input: &[u8], format: Format) -> Result<Header, ImagingError> {
    if format == Format::Tiff
        && let Some(header) = tiff_jpeg::header(input)
    {
        return Ok(header);
    }
    let mut decoder = open(input, format)?;
    let (width, height) = decoder.dimensions();
    if matches!(decoder.original_color_type(), ExtendedColorType::Cmyk8 | ExtendedColorType::Cmyk16) {
        return Err(ImagingError::NotAvailable("reading CMYK pictures".into()));
    }
    Ok(Header {
        format,
        width,
        height,
        channels: channels(&*decoder),
        decoder_bytes: allowance(&*decoder, input),
        profile: decoder.icc_profile().ok().flatten(),
        exif: if format == Format::Tiff { exif::read(input) } else { exif::Exif::default() },
    })
}

pub(crate) fn decode(input: &[u8], header: &Header, watch: Watch) -> Result<Picture, ImagingError> {
    let format = header.format;
    if format == Format::Tiff
        && let Some(picture) = tiff_jpeg::decode(input, header, watch)
    {
        return picture;
    }
    let mut decoder = open(input, format)?;
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(allowance(&*decoder, input));
    decoder.set_limits(limits).map_err(|error| corrupt(format, error))?;
    let decoded = DynamicImage::from_decoder(decoder).map_err(|error| corrupt(format, error))?;
    let (width, height) = (decoded.width(), decoded.height());
    let pixels = match header.channels {
        Channels::Grey => decoded.into_luma8().into_raw(),
        Channels::Rgb => decoded.into_rgb8().into_raw(),
        Channels::Rgba => decoded.into_rgba8().into_raw(),
    };
    if (width, height) != (header.width, header.height) {
        return Err(ImagingError::corrupt(format.name(), "its headers contradict each other"));
    }
    Ok(Picture { width, height, channels: header.channels, pixels })
}
