//! TIFF with JPEG inside (Technical Note 2 of TIFF 6.0) in YCbCr, as our own lossy TIFF is, or CMYK: the `image` crate
//! reads neither. Each strip is a JPEG stream whose tables may stand in a tag of their own.

use std::io::Cursor;

use ::tiff::ColorType;
use ::tiff::decoder::Decoder;
use ::tiff::tags::Tag;

use super::tiff;

use crate::exif;
use crate::header::{Format, Header};
use crate::limits::Watch;
use crate::picture::{Channels, Depth, Picture, Raster};
use crate::{ImagingError, libjpeg};

const JPEG: u16 = 7;
const MAX_STRIPS: usize = 1 << 16;

fn broken() -> ImagingError {
    ImagingError::corrupt("tiff", "its strips are not valid")
}

struct Strips {
    width: u32,
    height: u32,
    channels: Channels,
    /// A JPEG each.
    streams: Vec<Vec<u8>>,
}

/// `None` where the file is another kind of TIFF.
fn strips(input: &[u8]) -> Option<Strips> {
    let mut decoder = Decoder::new(Cursor::new(input)).ok()?;
    let (width, height) = decoder.dimensions().ok()?;
    let compression: u16 = decoder.get_tag_unsigned(Tag::Compression).ok()?;
    let channels = match decoder.colortype().ok()? {
        ColorType::YCbCr(8) => Channels::Rgb,
        ColorType::CMYK(8) => Channels::Cmyk,
        _ => return None,
    };
    if compression != JPEG {
        return None;
    }
    let tables = decoder.get_tag_u8_vec(Tag::JPEGTables).unwrap_or_default();
    let tables = tables.strip_suffix(b"\xFF\xD9").unwrap_or(&tables);
    let offsets = decoder.get_tag_u32_vec(Tag::StripOffsets).ok()?;
    let lengths = decoder.get_tag_u32_vec(Tag::StripByteCounts).ok()?;
    if offsets.len() != lengths.len() || offsets.len() > MAX_STRIPS {
        return None;
    }
    let mut total = 0;
    let mut streams = Vec::new();
    for (offset, length) in offsets.into_iter().zip(lengths) {
        let (start, length) = (offset as usize, length as usize);
        let strip = input.get(start..start.checked_add(length)?)?;
        total += length;
        // Strips that overlap would multiply the file.
        if total > input.len() {
            return None;
        }
        streams.push(match strip.strip_prefix(b"\xFF\xD8") {
            Some(rest) if !tables.is_empty() => [tables, rest].concat(),
            _ => strip.to_vec(),
        });
    }
    Some(Strips { width, height, channels, streams })
}

/// `None` where the file is another kind of TIFF.
pub(crate) fn header(input: &[u8]) -> Option<Header> {
    let Strips { width, height, channels, .. } = strips(input)?;
    let profile = tiff::profile(input);
    Some(Header {
        format: Format::Tiff,
        width,
        height,
        channels,
        depth: Depth::Eight,
        // The streams, and one strip's pixels beside the picture, which may be all of them.
        decoder_bytes: input.len() as u64 + channels.count() as u64 * u64::from(width) * u64::from(height),
        profile,
        exif: exif::of_tiff(input),
    })
}

/// `None` where the file is another kind of TIFF.
pub(crate) fn decode(input: &[u8], header: &Header, watch: Watch) -> Option<Result<Raster, ImagingError>> {
    Some(join(header, strips(input)?.streams, watch).map(Raster::Eight))
}

fn join(header: &Header, streams: Vec<Vec<u8>>, watch: Watch) -> Result<Picture, ImagingError> {
    let mut picture = Picture::blank(header.width, header.height, header.channels);
    let mut rest = picture.pixels.as_mut_slice();
    for stream in streams {
        let strip_header = super::jpeg::header(&stream)?;
        let rows = strip_header.pixels() * header.channels.count() as u64;
        // The last strip may be padded to whole rows of blocks, but never be another picture.
        let fits = strip_header.width == header.width && strip_header.channels == header.channels;
        if !fits || rest.is_empty() || rows > picture_bytes(header) {
            return Err(broken());
        }
        // Inks are as TIFF has them, whatever a marker of Adobe says: so libtiff reads and writes them.
        let strip = libjpeg::read(&stream, &strip_header, 1, watch)?;
        let length = strip.pixels.len().min(rest.len());
        let (target, after) = rest.split_at_mut(length);
        target.copy_from_slice(&strip.pixels[..length]);
        rest = after;
    }
    if rest.is_empty() { Ok(picture) } else { Err(broken()) }
}

fn picture_bytes(header: &Header) -> u64 {
    // Room for the padding of a picture of one strip.
    (header.pixels() + 16 * u64::from(header.width)) * header.channels.count() as u64
}
