//! Blocks of coefficients out of the bits (ITU T.81, F.2.2). The wanted ones are dequantised into their places; the others
//! are passed over.

use super::bits::{Cursor, Piece};
use super::huffman::{Code, END, SKIP_BITS, Skips, VALUE_BITS, Values, extend, parts};
use super::idct;
use super::scan::{Quantisation, ZIGZAG};

/// Where the coefficients go that a transform does not want.
const NOWHERE: u8 = 63;

/// A block as the transforms take it: see [`idct::place`].
pub(super) type Block = [i16; 64];

/// Codes of a component.
pub(super) struct Tables {
    pub differences: Values,
    pub values: Values,
    pub skips: Skips,
}

/// By position: the step of quantisation in the upper half, the place in the block in the lower.
pub(super) struct Places {
    entries: Box<[u32; 256]>,
    /// Position after the last coefficient that is wanted.
    pub wanted: u32,
    /// Step of the DC value.
    pub dc_step: u16,
}

impl Places {
    /// For blocks of which `size` samples (1, 2, 4 or 8) are made along each side.
    pub(super) fn new(steps: &Quantisation, size: usize) -> Self {
        // libjpeg, too, keeps a coefficient that a run carries past the end as the last one.
        let last = (steps[63], ZIGZAG[63]);
        let places = steps.iter().copied().zip(ZIGZAG).chain(std::iter::repeat(last));
        let mut entries = Box::new([0; 256]);
        let mut wanted = 1;
        for (index, (entry, (step, position))) in (0..).zip(entries.iter_mut().zip(places)) {
            let place = idct::place(position, size);
            *entry = u32::from(step) << 16 | u32::from(place.unwrap_or(NOWHERE));
            if place.is_some() && index < 64 {
                wanted = index + 1;
            }
        }
        Self { entries, wanted, dc_step: steps[0] }
    }
}

/// Reads bits of one piece.
pub(super) struct Reader<'a> {
    pub cursor: Cursor,
    pub piece: &'a Piece,
}

impl Reader<'_> {
    /// The difference of the next DC value.
    #[inline(always)]
    pub(super) fn difference(&mut self, tables: &Tables) -> i32 {
        self.cursor.refill(self.piece);
        let entry = tables.differences.entries[self.cursor.peek(VALUE_BITS) as usize];
        if entry & 63 == 0 {
            return self.rare(&tables.differences.code, |symbol| (1, u32::from(symbol))).1;
        }
        self.cursor.pass(entry & 63);
        entry as i32 >> 16
    }

    /// The coefficients from the second on into `block`; true if there is none.
    #[inline(always)]
    pub(super) fn coefficients(&mut self, tables: &Tables, places: &Places, block: &mut Block) -> bool {
        let mut position = 1;
        'block: while position < places.wanted {
            self.cursor.refill(self.piece);
            // Four of the longest entries fit into the window.
            for _ in 0..4 {
                let entry = tables.values.entries[self.cursor.peek(VALUE_BITS) as usize];
                let (advance, value) = if entry & 63 == 0 {
                    self.rare(&tables.values.code, parts)
                } else {
                    self.cursor.pass(entry & 63);
                    (entry >> 8 & 255, entry as i32 >> 16)
                };
                position += advance;
                // The end of the block writes a zero where nothing is.
                let place = places.entries[((position - 1) & 255) as usize];
                block[(place & 63) as usize] = (value as i16).wrapping_mul((place >> 16) as i16);
                if position >= places.wanted {
                    break 'block;
                }
            }
        }
        if position < 64 {
            self.pass_over(tables, position);
        }
        position == 1 + END
    }

    /// Passes over the coefficients from `position` on.
    #[inline(always)]
    pub(super) fn pass_over(&mut self, tables: &Tables, mut position: u32) {
        while position < 64 {
            self.cursor.refill(self.piece);
            for _ in 0..2 {
                let entry = u32::from(tables.skips.entries[self.cursor.peek(SKIP_BITS) as usize]);
                let next = position + (entry >> 8);
                if next & (END - 1) >= 64 {
                    position += self.rare(&tables.values.code, parts).0;
                } else {
                    self.cursor.pass(entry & 63);
                    position = next;
                }
                if position >= 64 {
                    break;
                }
            }
        }
    }

    /// Advance and value of a symbol that no look-up has. Leaves at least 56 bits in the window.
    #[inline(always)]
    fn rare(&mut self, code: &Code, parts: fn(u8) -> (u32, u32)) -> (u32, i32) {
        let (cursor, advance, value) = rare(self.cursor, self.piece, code, parts);
        self.cursor = cursor;
        (advance, value)
    }
}

/// Why the cursor comes and goes by value: so it stays in registers everywhere else.
#[cold]
#[inline(never)]
fn rare(mut cursor: Cursor, piece: &Piece, code: &Code, parts: fn(u8) -> (u32, u32)) -> (Cursor, u32, i32) {
    cursor.refill(piece);
    let Some((symbol, length)) = code.find(cursor.peek(16)) else {
        cursor.set_broken();
        return (cursor, END, 0);
    };
    cursor.pass(length);
    let (advance, bits) = parts(symbol);
    let value = extend(cursor.take(bits), bits);
    cursor.refill(piece);
    (cursor, advance, value)
}
