//! WebP: its RIFF container is walked here, its pictures are libwebp's.

use crate::ImagingError;
use crate::exif::{self, Exif};
use crate::header::{Format, Header};
use crate::libwebp::{self, Features};
use crate::picture::{Channels, Depth, Picture};
use crate::rights;

/// Chunks of a RIFF file: name and body. A broken length ends the walk.
struct Chunks<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Chunks<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let name = self.rest.get(..4)?;
        let length = u32::from_le_bytes(self.rest.get(4..8)?.try_into().ok()?) as usize;
        let body = self.rest.get(8..8usize.checked_add(length)?)?;
        self.rest = self.rest.get(8 + length.next_multiple_of(2)..).unwrap_or_default();
        Some((name, body))
    }
}

fn chunks(input: &[u8]) -> Chunks<'_> {
    Chunks { rest: input.get(12..).unwrap_or_default() }
}

pub(crate) fn header(input: &[u8]) -> Result<Header, ImagingError> {
    let Features { width, height, alpha, animated, lossless } = libwebp::features(input)?;
    let find = |wanted: &[u8]| chunks(input).find(|(name, _)| *name == wanted).map(|(_, body)| body);
    let exif = find(b"EXIF").map(|block| exif::read(block.strip_prefix(b"Exif\0\0").unwrap_or(block)));
    let mut exif = exif.unwrap_or_else(Exif::default);
    if let Some(packet) = find(b"XMP ") {
        rights::add_xmp(&mut exif, packet);
    }
    let channels = if alpha || animated { Channels::Rgba } else { Channels::Rgb };
    let pixels = u64::from(width) * u64::from(height);
    // Lossless: a plane of 32 bits a pixel; alpha: a plane of 8; an animation: its frame beside the canvas.
    let plane = if lossless || animated { 4 } else { u64::from(alpha) };
    let frame = if animated { 4 } else { 0 };
    Ok(Header {
        format: Format::Webp,
        width,
        height,
        channels,
        depth: Depth::Eight,
        decoder_bytes: pixels * (plane + frame) + (1 << 20),
        by_rows: false,
        profile: find(b"ICCP").map(<[u8]>::to_vec),
        exif,
    })
}

pub(crate) fn decode(input: &[u8], header: &Header, denominator: u32) -> Result<Picture, ImagingError> {
    if libwebp::features(input)?.animated {
        return first_frame(input, header);
    }
    let (width, height) = (header.width.div_ceil(denominator), header.height.div_ceil(denominator));
    libwebp::read(input, width, height, header.channels)
}

/// The first frame of an animation on its transparent canvas, at full size.
fn first_frame(input: &[u8], header: &Header) -> Result<Picture, ImagingError> {
    let missing = || ImagingError::corrupt("webp", "the first frame is missing or not valid");
    let (_, frame) = chunks(input).find(|(name, _)| *name == b"ANMF").ok_or_else(missing)?;
    let number = |at: usize| {
        let bytes = frame.get(at..at + 3).ok_or_else(missing)?;
        Ok::<u32, ImagingError>(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], 0]))
    };
    let (left, top) = (number(0)? * 2, number(3)? * 2);
    let (width, height) = (number(6)? + 1, number(9)? + 1);
    if left + width > header.width || top + height > header.height {
        return Err(missing());
    }
    let content = frame.get(16..).ok_or_else(missing)?;
    let features = libwebp::features(content)?;
    if (features.width, features.height) != (width, height) {
        return Err(missing());
    }
    let frame = libwebp::read(content, width, height, Channels::Rgba)?;
    if (width, height) == (header.width, header.height) {
        return Ok(frame);
    }
    let mut canvas = Picture::blank(header.width, header.height, Channels::Rgba);
    let start = left as usize * 4;
    for (target, source) in canvas.rows_mut().skip(top as usize).zip(frame.rows()) {
        target[start..start + source.len()].copy_from_slice(source);
    }
    Ok(canvas)
}
