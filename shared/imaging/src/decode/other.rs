//! GIF (first frame), BMP and most TIFF by the `image` crate: formats whose speed does not matter here.

use std::borrow::Cow;

use image::codecs::bmp::BmpDecoder;
use image::codecs::gif::GifDecoder;
use image::codecs::tiff::TiffDecoder;
use image::{DynamicImage, ImageDecoder, ImageError};

use super::tiff_palette::Palette;
use super::{tiff, tiff_order, tiff_palette};
use crate::ImagingError;
use crate::exif;
use crate::header::{Format, Header};
use crate::limits::{Watch, Watched};
use crate::picture::{Channels, Depth, Picture, Raster};

/// What a decoder may allocate beside the pixels it delivers, in bytes.
const DECODER_BYTES: u64 = 16 << 20;

/// The file in a form that the `image` crate reads.
fn readable(input: &[u8], format: Format) -> (Cow<'_, [u8]>, Option<Palette>) {
    if format == Format::Tiff { tiff_palette::open(input) } else { (Cow::Borrowed(input), None) }
}

/// The pixels as the file has them, a strip of it, which may be all of it, and perhaps a copy of the file.
fn allowance(decoder: &dyn ImageDecoder, input: &[u8]) -> u64 {
    decoder.total_bytes().saturating_add(2 * input.len() as u64 + DECODER_BYTES)
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

fn open(input: &[u8], format: Format, watch: Watch) -> Result<Box<dyn ImageDecoder + '_>, ImagingError> {
    let file = Watched::new(input, watch);
    let opened: Result<Box<dyn ImageDecoder + '_>, ImageError> = match format {
        Format::Gif => GifDecoder::new(file).map(|decoder| Box::new(decoder) as _),
        Format::Bmp => BmpDecoder::new(file).map(|decoder| Box::new(decoder) as _),
        _ => TiffDecoder::new(file).map(|decoder| Box::new(decoder) as _),
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

/// Also sixteen for real numbers.
fn depth(decoder: &dyn ImageDecoder) -> Depth {
    let color = decoder.color_type();
    if color.bytes_per_pixel() > color.channel_count() { Depth::Sixteen } else { Depth::Eight }
}

pub(crate) fn header(input: &[u8], format: Format) -> Result<Header, ImagingError> {
    if format != Format::Tiff {
        return by_image_crate(input, format);
    }
    let file = tiff_order::usual(input);
    let mut header = tiff::header(&file).unwrap_or_else(|| by_image_crate(&file, format))?;
    if let Cow::Owned(copy) = &file {
        header.decoder_bytes += copy.len() as u64;
    }
    Ok(header)
}

fn by_image_crate(input: &[u8], format: Format) -> Result<Header, ImagingError> {
    let (file, palette) = readable(input, format);
    let mut decoder = open(&file, format, Watch::NEVER)?;
    let (width, height) = decoder.dimensions();
    Ok(Header {
        format,
        width,
        height,
        channels: if palette.is_some() { Channels::Rgb } else { channels(&*decoder) },
        depth: depth(&*decoder),
        decoder_bytes: allowance(&*decoder, input),
        by_rows: false,
        profile: match format {
            Format::Tiff => tiff::profile(input),
            _ => decoder.icc_profile().ok().flatten(),
        },
        exif: if format == Format::Tiff { exif::of_tiff(input) } else { exif::Exif::default() },
    })
}

pub(crate) fn decode(input: &[u8], header: &Header, watch: Watch) -> Result<Raster, ImagingError> {
    if header.format != Format::Tiff {
        return pixels(input, header, watch);
    }
    let file = tiff_order::usual(input);
    let raster = tiff::decode(&file, header, watch).unwrap_or_else(|| pixels(&file, header, watch))?;
    Ok(if tiff::has_associated_alpha(&file) { tiff::straight(raster) } else { raster })
}

fn pixels(input: &[u8], header: &Header, watch: Watch) -> Result<Raster, ImagingError> {
    let format = header.format;
    let (file, palette) = readable(input, format);
    let mut decoder = open(&file, format, watch).map_err(|error| watch.instead_of(error))?;
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(allowance(&*decoder, input));
    decoder.set_limits(limits).map_err(|error| corrupt(format, error))?;
    let decoded =
        DynamicImage::from_decoder(decoder).map_err(|error| watch.instead_of(corrupt(format, error)))?;
    let (width, height) = (decoded.width(), decoded.height());
    if (width, height) != (header.width, header.height) {
        return Err(ImagingError::corrupt(format.name(), "its headers contradict each other"));
    }
    if header.depth == Depth::Sixteen {
        let channels = header.channels;
        let pixels = match channels {
            Channels::Grey => decoded.into_luma16().into_raw(),
            Channels::Rgb => decoded.into_rgb16().into_raw(),
            // The `image` crate delivers no CMYK.
            Channels::Rgba | Channels::Cmyk => decoded.into_rgba16().into_raw(),
        };
        return Ok(Raster::Sixteen(Picture { width, height, channels, pixels }));
    }
    let channels = if palette.is_some() { Channels::Grey } else { header.channels };
    let pixels = match channels {
        Channels::Grey => decoded.into_luma8().into_raw(),
        Channels::Rgb => decoded.into_rgb8().into_raw(),
        Channels::Rgba | Channels::Cmyk => decoded.into_rgba8().into_raw(),
    };
    let picture = Picture { width, height, channels, pixels };
    Ok(Raster::Eight(match palette {
        Some(palette) => palette.apply(&picture),
        None => picture,
    }))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::encode::{self, Target};

    #[test]
    fn a_passed_deadline_ends_the_one_call_of_a_decoder() {
        let expired = crate::Limits { deadline: Some(Instant::now()), ..Default::default() }.watch();
        for channels in [Channels::Rgb, Channels::Cmyk] {
            let picture = Picture::blank(50, 40, channels);
            let target = Target::Tiff { lossy: None, dpi: None };
            let file =
                encode::encode(Raster::Eight(picture), &target, &Default::default(), None, Watch::NEVER)
                    .unwrap();
            let found = header(&file, Format::Tiff).unwrap();
            assert!(decode(&file, &found, Watch::NEVER).is_ok());
            assert_eq!(decode(&file, &found, expired).err(), Some(ImagingError::Deadline), "{channels:?}");
        }
        let gif = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xFF\xFF\xFF,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
        let found = header(gif, Format::Gif).unwrap();
        assert!(decode(gif, &found, Watch::NEVER).is_ok());
        assert_eq!(decode(gif, &found, expired).err(), Some(ImagingError::Deadline));
    }
}
