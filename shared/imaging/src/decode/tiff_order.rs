//! TIFFs whose bytes hold their first bit last (FillOrder 2, TIFF 6.0 section 8), as scanners write them, and those whose only page
//! says that it is followed by itself: brought into the order that all decoders expect.

use std::borrow::Cow;

use crate::exif::Reader;

const COMPRESSION: u16 = 259;
const FILL_ORDER: u16 = 266;
/// Offsets and lengths of strips, and of tiles.
const PARTS: [(u16, u16); 2] = [(273, 279), (324, 325)];
const FIRST_BIT_LAST: u16 = 2;
/// JPEG, whose bytes have one order only.
const JPEG: [u16; 2] = [6, 7];

/// The file in the usual order, or as it is.
pub(super) fn usual(input: &[u8]) -> Cow<'_, [u8]> {
    match (turned(input), next_page(input)) {
        (None, None) => Cow::Borrowed(input),
        (turned, next) => {
            let mut file = turned.unwrap_or_else(|| input.to_vec());
            if let Some(field) = next.and_then(|at| file.get_mut(at..at + 4)) {
                field.fill(0);
            }
            Cow::Owned(file)
        }
    }
}

fn turned(input: &[u8]) -> Option<Vec<u8>> {
    let reader = Reader::new(input)?;
    let order = reader.entry(FILL_ORDER)?;
    let compression = reader.number(reader.entry(COMPRESSION)?, 0)?;
    if reader.number(order, 0)? != usize::from(FIRST_BIT_LAST) || JPEG.map(usize::from).contains(&compression)
    {
        return None;
    }
    let mut file = input.to_vec();
    // Parts that overlap are no picture, and could be as many as there are bytes.
    let mut left = input.len();
    for (offsets, lengths) in PARTS {
        let (Some(offsets), Some(lengths)) = (reader.entry(offsets), reader.entry(lengths)) else { continue };
        for index in 0..reader.u32(offsets + 4)? {
            let (start, length) = (reader.number(offsets, index)?, reader.number(lengths, index)?);
            let part = file.get_mut(start..start.checked_add(length)?.min(input.len()))?;
            left = left.checked_sub(part.len())?;
            part.iter_mut().for_each(|byte| *byte = byte.reverse_bits());
        }
    }
    let usual = reader.encode(1);
    file.get_mut(order + 8..order + 10)?.copy_from_slice(&usual);
    Some(file)
}

/// Where the first page names the next one, if that is itself.
fn next_page(input: &[u8]) -> Option<usize> {
    let reader = Reader::new(input)?;
    let start = reader.u32(4)?;
    let at = start.checked_add(2 + 12 * usize::from(reader.u16(start)?))?;
    (reader.u32(at)? == start).then_some(at)
}
