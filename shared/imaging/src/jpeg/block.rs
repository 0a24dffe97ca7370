//! Blocks of coefficients out of the bits (ITU T.81, F.2.2). The wanted ones are dequantised into their places; the others
//! are passed over.

use super::bits::{Cursor, Piece};
use super::huffman::{
    Code, DIFFERENCE_BITS, Differences, END, SKIP_BITS, Skips, VALUE_BITS, Values, extend, parts,
};
use super::idct;
use super::scan::{Quantisation, ZIGZAG};

/// Where the coefficients go that a transform does not want.
const NOWHERE: u8 = 63;

/// A block as the transforms take it: see [`idct::place`].
pub(super) type Block = [i16; 64];

/// Codes of a component.
pub(super) struct Tables {
    pub differences: Differences,
    pub values: Values,
    pub skips: Skips,
}

/// Where the coefficients of a component go.
pub(super) struct Places {
    /// By position: the place in the block.
    places: Box<[u8; 256]>,
    /// By place: the step of quantisation.
    pub steps: Block,
    /// Position after the last coefficient that is wanted.
    pub wanted: u32,
}

impl Places {
    /// For blocks of which `size` samples (1, 2, 3, 4 or 8) are made along each side.
    pub(super) fn new(quantisation: &Quantisation, size: usize) -> Self {
        let place = |position| idct::place(position, size).unwrap_or(NOWHERE);
        // libjpeg, too, keeps a coefficient that a run carries past the end as the last one.
        let mut places = Box::new([place(ZIGZAG[63]); 256]);
        let (mut steps, mut wanted) = ([0; 64], 1);
        for (index, (position, step)) in ZIGZAG.into_iter().zip(quantisation).enumerate() {
            places[index] = place(position);
            if let Some(place) = idct::place(position, size) {
                // Sixteen bits are multiplied as in libjpeg's vector code.
                steps[usize::from(place)] = *step as i16;
                wanted = index as u32 + 1;
            }
        }
        Self { places, steps, wanted }
    }
}

/// Reads bits of one piece.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub cursor: Cursor,
    pub piece: &'a Piece,
}

impl Reader<'_> {
    /// The difference of the next DC value. Leaves at least 26 bits in the window.
    #[inline(always)]
    pub(super) fn difference(&mut self, differences: &Differences) -> i32 {
        self.cursor.refill(self.piece);
        let entry = differences.entries[self.cursor.peek(DIFFERENCE_BITS) as usize];
        if entry == 0 {
            return self.rare(&differences.code, |symbol| (1, u32::from(symbol))).1;
        }
        let bits = entry >> 16;
        let value = self.cursor.peek_after(entry >> 8 & 255, bits);
        self.cursor.pass(entry);
        extend(value, bits)
    }

    /// The coefficients from the second on into `block`; true if there is none.
    #[inline(always)]
    pub(super) fn coefficients(&mut self, tables: &Tables, places: &Places, block: &mut Block) -> bool {
        let mut position = 1;
        while position < places.wanted {
            self.cursor.refill(self.piece);
            // Three short entries and a long one fit into the window. Written out, since compilers keep a loop of four.
            let _ = self.coefficient(tables, places, block, &mut position)
                || self.coefficient(tables, places, block, &mut position)
                || self.coefficient(tables, places, block, &mut position)
                || self.coefficient(tables, places, block, &mut position);
        }
        if position < 64 {
            self.pass_over(tables, position);
        }
        position == 1 + END
    }

    /// One coefficient; true if it is the last that is wanted.
    #[inline(always)]
    fn coefficient(
        &mut self,
        tables: &Tables,
        places: &Places,
        block: &mut Block,
        position: &mut u32,
    ) -> bool {
        let entry = tables.values.entries[self.cursor.peek(VALUE_BITS) as usize];
        let (advance, value) = if entry & Values::LONG != 0 {
            self.long(entry, &tables.values)
        } else {
            self.cursor.pass(entry);
            (entry >> 8 & 255, entry as i32 >> 16)
        };
        *position += advance;
        // The end of the block writes a zero where nothing is.
        let place = places.places[((*position - 1) & 255) as usize];
        block[usize::from(place & 63)] = value as i16;
        *position >= places.wanted
    }

    /// Advance and value of a coefficient whose bits go on behind the index. Leaves at least 56 bits in the window.
    #[inline(always)]
    fn long(&mut self, entry: u32, values: &Values) -> (u32, i32) {
        if entry & 63 == 0 {
            return self.rare(&values.code, parts);
        }
        let bits = entry >> 24;
        let value = extend(self.cursor.peek_after(entry >> 16 & 255, bits), bits);
        self.cursor.pass(entry);
        self.cursor.refill(self.piece);
        (entry >> 8 & 255, value)
    }

    /// Passes over the coefficients from `position`, which is below 64, on.
    #[inline(always)]
    pub(super) fn pass_over(&mut self, tables: &Tables, mut position: u32) {
        loop {
            self.cursor.refill(self.piece);
            if self.pass_some(tables, &mut position)
                || self.pass_some(tables, &mut position)
                || self.pass_some(tables, &mut position)
            {
                return;
            }
        }
    }

    /// Passes over what one look-up has; true if it ends the block.
    #[inline(always)]
    fn pass_some(&mut self, tables: &Tables, position: &mut u32) -> bool {
        let entry = u32::from(tables.skips.entries[self.cursor.peek(SKIP_BITS) as usize]);
        let next = *position + (entry >> 8);
        if next < 64 {
            self.cursor.pass(entry);
            *position = next;
            return false;
        }
        if next & (END - 1) < 64 {
            self.cursor.pass(entry);
            return true;
        }
        // Too far, or too long: one at a time.
        *position += self.rare(&tables.values.code, parts).0;
        *position >= 64
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
    let (advance, bits) = parts(symbol);
    let value = extend(cursor.peek_after(length, bits), bits);
    cursor.pass(length + bits);
    cursor.refill(piece);
    (cursor, advance, value)
}
