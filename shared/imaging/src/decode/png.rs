//! PNG by the `png` crate: rows go straight into the picture.

use std::io::Cursor;

use png::{BitDepth, ColorType, Decoder, Limits, Reader, Transformations};

use crate::ImagingError;
use crate::exif;
use crate::header::{Format, Header};
use crate::limits::Watch;
use crate::picture::{Channels, Picture};

/// For chunks beside the pixels (profile, text, EXIF), inflated.
const MAX_CHUNK_BYTES: usize = 16 << 20;
/// How often the deadline is looked at.
const ROWS_BETWEEN_CHECKS: usize = 64;

fn corrupt(error: png::DecodingError) -> ImagingError {
    match error {
        png::DecodingError::IoError(_) => ImagingError::corrupt("png", "its data ends early"),
        png::DecodingError::LimitsExceeded => ImagingError::corrupt("png", "a chunk is too large"),
        _ => ImagingError::corrupt("png", "invalid data"),
    }
}

fn open(input: &[u8]) -> Result<Reader<Cursor<&[u8]>>, ImagingError> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(input), Limits { bytes: MAX_CHUNK_BYTES });
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    decoder.set_ignore_text_chunk(true);
    decoder.read_info().map_err(corrupt)
}

pub(crate) fn header(input: &[u8]) -> Result<Header, ImagingError> {
    let reader = open(input)?;
    let info = reader.info();
    let channels = match reader.output_color_type() {
        (ColorType::Grayscale, _) => Channels::Grey,
        (ColorType::Rgb, _) => Channels::Rgb,
        _ => Channels::Rgba,
    };
    let stored = (u64::from(info.width) * info.bits_per_pixel() as u64).div_ceil(8);
    Ok(Header {
        format: Format::Png,
        width: info.width,
        height: info.height,
        channels,
        // A window of the stream, two rows, and for interlaced pictures with grey and alpha a second picture.
        decoder_bytes: (1 << 20)
            + 4 * stored
            + if info.interlaced { stored * u64::from(info.height) } else { 0 },
        profile: info.icc_profile.as_ref().map(|profile| profile.to_vec()),
        exif: info.exif_metadata.as_ref().map(|block| exif::read(block)).unwrap_or_default(),
    })
}

pub(crate) fn decode(input: &[u8], header: &Header, watch: Watch) -> Result<Picture, ImagingError> {
    let mut reader = open(input)?;
    let (color, depth) = reader.output_color_type();
    if depth != BitDepth::Eight {
        return Err(ImagingError::Internal("a PNG was not brought to eight bits".into()));
    }
    let mut picture = Picture::blank(header.width, header.height, header.channels);
    let grey_alpha = color == ColorType::GrayscaleAlpha;
    if reader.info().interlaced {
        if grey_alpha {
            let mut samples = vec![0; header.pixels() as usize * 2];
            reader.next_frame(&mut samples).map_err(corrupt)?;
            spread(&samples, &mut picture.pixels);
        } else {
            reader.next_frame(&mut picture.pixels).map_err(corrupt)?;
        }
        return Ok(picture);
    }
    let mut samples = vec![0; if grey_alpha { header.width as usize * 2 } else { 0 }];
    for (index, row) in picture.rows_mut().enumerate() {
        if index % ROWS_BETWEEN_CHECKS == 0 {
            watch.check()?;
        }
        let target = if grey_alpha { samples.as_mut_slice() } else { &mut *row };
        if reader.read_row(target).map_err(corrupt)?.is_none() {
            return Err(ImagingError::corrupt("png", "rows are missing"));
        }
        if grey_alpha {
            spread(&samples, row);
        }
    }
    Ok(picture)
}

/// Grey and alpha to red, green, blue and alpha.
fn spread(samples: &[u8], pixels: &mut [u8]) {
    for (sample, pixel) in samples.chunks_exact(2).zip(pixels.chunks_exact_mut(4)) {
        pixel.copy_from_slice(&[sample[0], sample[0], sample[0], sample[1]]);
    }
}
