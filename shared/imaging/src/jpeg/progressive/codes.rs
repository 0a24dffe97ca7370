//! One look-up for a coefficient of a progressive scan, or for a run of ends of bands (ITU T.81, G.1.2.2 and G.1.2.3).

use crate::jpeg::huffman::{Code, END, extend};

/// Bits that index a table.
pub(super) const BITS: u32 = 11;

/// Codes of the AC coefficients of a scan.
pub(super) struct Codes {
    pub code: Code,
    /// The most bits that a value may have in this scan.
    most: u8,
    /// By the next bits. The length in the lowest six; the advance of the position (run and itself) in bits 8 to 15; the
    /// value, or the number of blocks after this one whose band ends, in the upper half. [`Self::LONG`] where the index does
    /// not hold all of it.
    pub entries: Box<[u32; 1 << BITS]>,
}

impl Codes {
    pub const LONG: u32 = 0x80;

    /// Symbols of values with more than `most` bits are no symbols.
    pub(super) fn new(code: &Code, most: u8) -> Self {
        let mut codes = Self { code: code.clone(), most, entries: Box::new([Self::LONG; 1 << BITS]) };
        for index in 0..1 << BITS {
            if let Some((length, advance, value)) = codes.find(index << (32 - BITS))
                && length <= BITS
            {
                codes.entries[index as usize] = (value as u32) << 16 | advance << 8 | length;
            }
        }
        codes
    }

    /// Length, advance and value of what the 32 `bits` begin with.
    pub(super) fn find(&self, bits: u32) -> Option<(u32, u32, i32)> {
        let (symbol, length) = self.code.find(bits >> 16)?;
        let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        let extra = |count: u32| (bits << length) >> 1 >> (31 - count);
        Some(match size {
            0 if run == 15 => (length, 16, 0),
            0 => (length + run, END, (1 << run) - 1 + extra(run) as i32),
            _ if size > u32::from(self.most) => return None,
            _ => (length + size, run + 1, extend(extra(size), size)),
        })
    }
}
