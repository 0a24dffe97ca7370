//! TIFF with JPEG inside (Technical Note 2 of TIFF 6.0) in YCbCr, as our own lossy TIFF is, or CMYK: the `image` crate
//! reads neither. Each strip or tile is a JPEG stream whose tables may stand in a tag of their own.

use ::tiff::ColorType;
use ::tiff::tags::Tag;

use super::tiff::{self, Tiff};

use crate::exif;
use crate::header::{Format, Header};
use crate::limits::Watch;
use crate::picture::{Channels, Depth, Picture, Raster};
use crate::{ImagingError, libjpeg};

const JPEG: u16 = 7;
const MAX_STREAMS: usize = 1 << 16;
/// Of a side of a tile. Others use 128 to 1,024.
const MAX_TILE_SIDE: u32 = 4_096;

fn broken() -> ImagingError {
    ImagingError::corrupt("tiff", "its strips or tiles are not valid")
}

struct Streams {
    width: u32,
    height: u32,
    channels: Channels,
    /// Width and height of a tile; `None`: strips.
    tile: Option<(u32, u32)>,
    /// A JPEG each.
    streams: Vec<Vec<u8>>,
}

/// `None` where the file is another kind of TIFF.
fn streams(input: &[u8]) -> Option<Streams> {
    let mut decoder = tiff::open(input, Watch::NEVER)?;
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
    let tile = tile_size(&mut decoder);
    let (offsets, lengths) = match tile {
        Some(_) => (Tag::TileOffsets, Tag::TileByteCounts),
        None => (Tag::StripOffsets, Tag::StripByteCounts),
    };
    let offsets = decoder.get_tag_u32_vec(offsets).ok()?;
    let lengths = decoder.get_tag_u32_vec(lengths).ok()?;
    if offsets.len() != lengths.len() || offsets.len() > MAX_STREAMS {
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
    Some(Streams { width, height, channels, tile, streams })
}

fn tile_size(decoder: &mut Tiff<'_>) -> Option<(u32, u32)> {
    let width = decoder.get_tag_u32(Tag::TileWidth).ok()?;
    let height = decoder.get_tag_u32(Tag::TileLength).ok()?;
    ((1..=MAX_TILE_SIDE).contains(&width) && (1..=MAX_TILE_SIDE).contains(&height)).then_some((width, height))
}

/// `None` where the file is another kind of TIFF.
pub(crate) fn header(input: &[u8]) -> Option<Header> {
    let Streams { width, height, channels, tile, .. } = streams(input)?;
    let profile = tiff::profile(input);
    let tile_pixels = tile.map_or(0, |(width, height)| u64::from(width) * u64::from(height));
    let largest = tile_pixels.max(u64::from(width) * u64::from(height));
    Some(Header {
        format: Format::Tiff,
        width,
        height,
        channels,
        depth: Depth::Eight,
        // The streams, and the pixels of one of them beside the picture, which may be all of it.
        decoder_bytes: input.len() as u64 + channels.count() as u64 * largest,
        by_rows: false,
        profile,
        exif: exif::of_tiff(input),
    })
}

/// `None` where the file is another kind of TIFF.
pub(crate) fn decode(input: &[u8], header: &Header, watch: Watch) -> Option<Result<Raster, ImagingError>> {
    let Streams { tile, streams, .. } = streams(input)?;
    let joined = match tile {
        Some(size) => join_tiles(header, &streams, size, watch),
        None => join(header, streams, watch),
    };
    Some(joined.map(Raster::Eight))
}

/// Tiles stand row by row; what is beyond the picture is dropped.
fn join_tiles(
    header: &Header,
    streams: &[Vec<u8>],
    (width, height): (u32, u32),
    watch: Watch,
) -> Result<Picture, ImagingError> {
    let across = header.width.div_ceil(width) as usize;
    if streams.len() != across * header.height.div_ceil(height) as usize {
        return Err(broken());
    }
    let mut picture = Picture::blank(header.width, header.height, header.channels);
    for (number, stream) in streams.iter().enumerate() {
        watch.check()?;
        let tile_header = super::jpeg::header(stream)?;
        let size = (tile_header.width, tile_header.height, tile_header.channels);
        if size != (width, height, header.channels) {
            return Err(broken());
        }
        let tile = libjpeg::read(stream, &tile_header, 1, watch)?;
        let start = number % across * tile.stride();
        let top = number / across * height as usize;
        for (target, source) in picture.rows_mut().skip(top).zip(tile.rows()) {
            let length = source.len().min(target.len() - start);
            target[start..start + length].copy_from_slice(&source[..length]);
        }
    }
    Ok(picture)
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
