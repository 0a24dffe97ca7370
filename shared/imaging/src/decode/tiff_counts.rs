//! How many values the first directory of a TIFF says it has: decoders allocate for them, 32 bytes each, before they read any
//! (TIFF 6.0, section 2, and BigTIFF).

/// Of the tags that say how pixels are stored; a picture of 100 megapixels in tiles of 16 x 16 has 390,625 offsets.
const MOST_VALUES: u64 = 1 << 19;
/// The type of texts, which decoders of pixels do not read.
const ASCII: u64 = 2;

struct Bytes<'a> {
    bytes: &'a [u8],
    little_endian: bool,
}

impl Bytes<'_> {
    fn number(&self, at: u64, length: usize) -> Option<u64> {
        let at = usize::try_from(at).ok()?;
        let bytes = self.bytes.get(at..at.checked_add(length)?)?;
        let fold = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
        Some(if self.little_endian { bytes.iter().rev().fold(0, fold) } else { bytes.iter().fold(0, fold) })
    }
}

/// Whether a tag of the first directory has more values than any picture needs. False where the directory cannot be read.
pub(super) fn are_excessive(input: &[u8]) -> bool {
    first_excess(input).is_some()
}

fn first_excess(input: &[u8]) -> Option<u64> {
    let file = Bytes { bytes: input, little_endian: input.starts_with(b"II") };
    // The lengths of an offset, of the number of entries, and of an entry.
    let (offset, entries, entry) = if file.number(2, 2)? == 43 { (8, 8, 20) } else { (4, 2, 12) };
    let directory = file.number(offset, offset as usize)?;
    let count = file.number(directory, entries as usize)?.min(u64::from(u16::MAX));
    (0..count).find(|number| {
        let at = directory.saturating_add(entries + number * entry);
        let values = file.number(at.saturating_add(4), offset as usize);
        let pixels = matches!(file.number(at, 2), Some(254..=347 | 512..=532));
        let text = file.number(at.saturating_add(2), 2) == Some(ASCII);
        pixels && !text && values.is_some_and(|values| values > MOST_VALUES)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_found_in_both_byte_orders_and_both_sizes() {
        let little = b"II*\0\x08\0\0\0\x01\0\x01\x01\x01\0\0\0\x09\0\0\0\0\0";
        let big = b"MM\0*\0\0\0\x08\0\x01\x01\x01\0\x01\0\x09\0\0\0\0\0\0";
        let long = b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x01\x01\x01\0\0\0\x09\0\0\0\0\0";
        for file in [&little[..], &big[..], &long[..]] {
            assert!(are_excessive(file), "{file:?}");
        }
        let few = b"II*\0\x08\0\0\0\x01\0\x01\x01\x01\0\0\0\x08\0\0\0\0\0";
        let text = b"II*\0\x08\0\0\0\x01\0\x0E\x01\x02\0\0\0\x09\0\0\0\0\0";
        for file in [&few[..], &text[..], &few[..9], b"II*\0\xFF\xFF\xFF\xFF", b""] {
            assert!(!are_excessive(file), "{file:?}");
        }
    }
}
