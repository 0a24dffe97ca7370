//! How many pixels a picture within a PDF has, by what its dictionary says and by what its own header says: the larger one counts.

use hayro::hayro_syntax::object::Dict;

use super::filters::Vetted;
use crate::DocumentError;

/// An A3 page at 600 dots an inch.
pub const MAX_PIXELS: u64 = 70_000_000;
/// JPEG 2000 takes about fifty times the work a pixel.
const MAX_PIXELS_JPEG_2000: u64 = 12_000_000;
const TOO_LARGE: DocumentError = DocumentError::Bomb("a picture");

/// Refuses what would be too large when decoded.
pub fn check(dict: &Dict<'_>, stream: &Vetted<'_>) -> Result<(), DocumentError> {
    let said = said(dict, b"Width", b"Height");
    let found = match stream.filter.as_ref().map(|filter| filter.0) {
        Some("DCTDecode") => {
            jpeg_size(&stream.data).map_or(0, |(width, height, _)| u64::from(width) * u64::from(height))
        }
        Some("JPXDecode") => jpeg_2000(&stream.data).unwrap_or(0) * (MAX_PIXELS / MAX_PIXELS_JPEG_2000),
        Some("JBIG2Decode") => jbig2(&stream.data),
        Some("CCITTFaxDecode") => fax(stream.filter.as_ref().map_or(&[][..], |filter| &filter.1)),
        _ => 0,
    };
    if said.max(found) > MAX_PIXELS { Err(TOO_LARGE) } else { Ok(()) }
}

/// Pixels as a dictionary says; below zero is none.
pub fn said(dict: &Dict<'_>, width: &[u8], height: &[u8]) -> u64 {
    let side = |key: &[u8]| u64::from(dict.get::<u32>(key).unwrap_or(0));
    side(width).saturating_mul(side(height))
}

/// Width, height and number of components of a JPEG.
pub fn jpeg_size(data: &[u8]) -> Option<(u32, u32, u8)> {
    let mut at = 2;
    loop {
        let [0xFF, marker, high, low] = *data.get(at..at + 4)?.first_chunk::<4>()? else {
            at += 1;
            continue;
        };
        match marker {
            0xC0..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) => {
                let size = data.get(at + 5..)?.first_chunk::<5>()?;
                let side = |at: usize| u32::from(u16::from_be_bytes([size[at], size[at + 1]]));
                return Some((side(2), side(0), size[4]));
            }
            0xFF => at += 1,
            0xD0..=0xD9 | 0x01 | 0 => at += 2,
            _ => at += 2 + usize::from(u16::from_be_bytes([high, low])).max(2),
        }
    }
}

/// The first size marker: width and height of the reference grid.
fn jpeg_2000(data: &[u8]) -> Option<u64> {
    let at = memchr::memmem::find(data, b"\xFF\x4F\xFF\x51")?;
    let side =
        |at: usize| data.get(at..)?.first_chunk::<4>().map(|side| u64::from(u32::from_be_bytes(*side)));
    Some(side(at + 8)?.saturating_mul(side(at + 12)?))
}

/// The largest page or region of its segments.
fn jbig2(data: &[u8]) -> u64 {
    let (mut at, mut most) = (0, 0);
    while let Some((kind, start, length)) = segment(data, at) {
        let body = data.get(start..).unwrap_or_default();
        if matches!(kind, 4..=7 | 20..=23 | 36..=43 | 48)
            && let Some([a, b, c, d, e, f, g, h]) = body.first_chunk::<8>()
        {
            let (width, height) =
                (u32::from_be_bytes([*a, *b, *c, *d]), u32::from_be_bytes([*e, *f, *g, *h]));
            // A page of unknown height says so by all ones; it grows with what is in it.
            most = most.max(u64::from(width) * if height == u32::MAX { 1 } else { u64::from(height) });
        }
        let Some(end) = start.checked_add(length).filter(|end| *end > at) else { return most };
        at = end;
    }
    most
}

/// Kind, start and length of the segment that begins there (ITU-T T.88, 7.2).
fn segment(data: &[u8], at: usize) -> Option<(u8, usize, usize)> {
    let head = data.get(at..)?;
    let (number, flags, count) = (u32::from_be_bytes(*head.first_chunk()?), *head.get(4)?, *head.get(5)?);
    let (references, count_bytes) = match count >> 5 {
        7 => {
            let long = u32::from_be_bytes(*head.get(5..)?.first_chunk()?) as usize & 0x1FFF_FFFF;
            (long, 4 + (long + 8) / 8)
        }
        few => (usize::from(few), 1),
    };
    let reference_bytes = references.checked_mul(if number <= 256 {
        1
    } else if number <= 65536 {
        2
    } else {
        4
    })?;
    let length_at = (5 + count_bytes).checked_add(reference_bytes)? + if flags & 0x40 == 0 { 1 } else { 4 };
    let length = u32::from_be_bytes(*head.get(length_at..)?.first_chunk()?);
    Some((flags & 0x3F, at + length_at + 4, length as usize))
}

fn fax(parameters: &[u8]) -> u64 {
    use hayro::hayro_syntax::object::FromBytes;
    Dict::from_bytes(parameters).map_or(0, |dict| said(&dict, b"Columns", b"Rows"))
}
