//! TIFF with a palette, which the `image` crate does not read: the indexes are decoded as grey, from a copy whose photometric
//! tag says so, and looked up afterwards.

use std::borrow::Cow;

use crate::exif::Reader;
use crate::picture::{Channels, Picture};

const BITS_PER_SAMPLE: u16 = 258;
const PHOTOMETRIC: u16 = 262;
const COLOR_MAP: u16 = 320;
const PALETTE: u16 = 3;
const GREY: u16 = 1;

/// What each grey of a rewritten file means.
pub(super) struct Palette {
    colors: Vec<[u8; 3]>,
}

/// The file as grey, with its palette; or as it is.
pub(super) fn open(input: &[u8]) -> (Cow<'_, [u8]>, Option<Palette>) {
    match rewritten(input) {
        Some((file, palette)) => (Cow::Owned(file), Some(palette)),
        None => (Cow::Borrowed(input), None),
    }
}

fn rewritten(input: &[u8]) -> Option<(Vec<u8>, Palette)> {
    let reader = Reader::new(input)?;
    let short = |tag| reader.entry(tag).and_then(|entry| reader.u16(entry + 8));
    let bits = short(BITS_PER_SAMPLE)?;
    if short(PHOTOMETRIC)? != PALETTE || !matches!(bits, 1 | 2 | 4 | 8) {
        return None;
    }
    let count = 1 << bits;
    // All reds, then all greens, then all blues, 16 bits each.
    let map = reader.u32(reader.entry(COLOR_MAP)? + 8)?;
    let sample = |index: usize| reader.u16(map.checked_add(2 * index)?).map(|value| (value >> 8) as u8);
    let color = |index| Some([sample(index)?, sample(count + index)?, sample(2 * count + index)?]);
    let colors = (0..count).map(color).collect::<Option<Vec<_>>>()?;
    let at = reader.entry(PHOTOMETRIC)? + 8;
    let grey = reader.encode(GREY);
    let mut file = input.to_vec();
    file.get_mut(at..at + 2)?.copy_from_slice(&grey);
    Some((file, Palette { colors }))
}

impl Palette {
    pub(super) fn apply(&self, indexes: &Picture) -> Picture {
        let color = |index: &u8| self.colors.get(usize::from(*index)).copied().unwrap_or_default();
        Picture {
            channels: Channels::Rgb,
            pixels: indexes.pixels.iter().flat_map(color).collect(),
            width: indexes.width,
            height: indexes.height,
        }
    }
}
