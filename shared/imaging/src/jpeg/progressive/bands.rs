//! Scans of AC coefficients of one component: the first bits of them (ITU T.81, G.1.2.2), and one more bit (G.1.2.3).

use super::codes::Codes;
use super::component::Component;
use super::feed::Feed;
use crate::jpeg::block::Reader;
use crate::jpeg::huffman::END;
use crate::jpeg::scan::MAX_AC_BITS;
use crate::jpeg::segments::{Segments, Selection};

/// A scan under way.
pub(super) struct Band {
    codes: Codes,
    /// The positions, both included.
    first: u32,
    last: u32,
    shift: u8,
    refines: bool,
    /// Blocks to come that have no more new coefficients in the band.
    run: usize,
}

/// The positions from `first` (1 to 64) on.
#[inline(always)]
fn from(first: u32) -> u64 {
    u64::MAX << (first - 1) << 1
}

impl Band {
    /// `None` where codes are missing.
    pub(super) fn new(selection: &Selection, segments: &Segments) -> Option<Self> {
        let [choice] = *selection.choices.as_slice() else { return None };
        let refines = selection.before > 0;
        let code = segments.ac_codes.get(choice.ac)?.as_ref()?;
        let codes = Codes::new(code, if refines { 1 } else { MAX_AC_BITS });
        let (first, last) = (selection.first as u32, selection.last as u32);
        Some(Self { codes, first, last, shift: selection.shift, refines, run: 0 })
    }

    /// A row of blocks. `None` where the data is damaged. `deposit` gives the lowest bits of its first argument to the set
    /// bits of its second, from the lowest.
    #[inline(always)]
    pub(super) fn row(
        &mut self,
        feed: &mut Feed,
        component: &mut Component,
        row: usize,
        deposit: impl Fn(u64, u64) -> u64,
    ) -> Option<()> {
        let (start, count) = (row * component.stride, component.blocks.0);
        let mut column = 0;
        while column < count {
            if feed.restart()? {
                self.run = 0;
            }
            if self.run > 0 && !self.refines {
                let passed = self.run.min(count - column).min(feed.left);
                self.run -= passed;
                feed.left -= passed;
                column += passed;
                continue;
            }
            feed.left -= 1;
            let mask = &mut component.masks[start + column];
            if self.run == 0 || *mask & self.positions() != 0 {
                feed.source.provide(&mut feed.cursor);
                let mut reader = Reader { cursor: feed.cursor, piece: feed.source.piece() };
                let values = &mut component.values[(start + column) * component.kept..][..component.kept];
                let block = Kept { values, places: &component.places, wanted: component.wanted, mask };
                if self.refines {
                    self.refine(&mut reader, block, &deposit);
                } else {
                    self.begin(&mut reader, block);
                }
                feed.cursor = reader.cursor;
            } else {
                self.run -= 1;
            }
            column += 1;
        }
        feed.check()
    }

    fn positions(&self) -> u64 {
        from(self.first) & !from(self.last + 1)
    }

    /// First bits of a block.
    #[inline(always)]
    fn begin(&mut self, reader: &mut Reader, block: Kept) {
        let (mut position, mut mask) = (self.first, 0);
        let last = self.last;
        while position <= last {
            let (advance, value) = reader.symbol(&self.codes);
            position += advance;
            if position > last + 1 {
                if advance == END {
                    self.run = value as usize;
                } else {
                    reader.cursor.set_broken();
                }
                break;
            }
            mask |= u64::from(value != 0) << (position - 1);
            let place = block.places[(position - 1) as usize & 63];
            if let Some(kept) = block.values.get_mut(usize::from(place)) {
                *kept = (value << self.shift) as i16;
            }
        }
        *block.mask |= mask;
    }

    /// One more bit of a block.
    #[inline(always)]
    fn refine(&mut self, reader: &mut Reader, mut block: Kept, deposit: &impl Fn(u64, u64) -> u64) {
        let history = *block.mask & self.positions();
        let mut changes = Changes { wanted: block.wanted, ..Changes::default() };
        let (mut position, last) = (self.first, self.last);
        if self.run == 0 {
            loop {
                if position > last {
                    return block.change(&changes, self.shift);
                }
                let (advance, value) = reader.symbol(&self.codes);
                if advance == END {
                    self.run = value as usize + 1;
                    break;
                }
                // So many zeros are left as they are; the next one is the place of the new coefficient.
                let zeros = !history & from(position);
                let place = deposit(1 << (advance - 1), zeros).trailing_zeros();
                if place > last {
                    reader.cursor.set_broken();
                    return;
                }
                changes.correct(reader, history & from(position) & !from(place), deposit);
                changes.new |= u64::from(value != 0) << place;
                changes.negative |= u64::from(value < 0) << place;
                position = place + 1;
            }
        } else {
            reader.cursor.refill(reader.piece);
        }
        self.run -= 1;
        changes.correct(reader, history & from(position), deposit);
        block.change(&changes, self.shift);
    }
}

/// What a scan that refines does to a block, by position.
#[derive(Default)]
struct Changes {
    /// Positions of which corrections have to be known.
    wanted: u64,
    /// Magnitudes that grow.
    grown: u64,
    /// Coefficients that were zero.
    new: u64,
    negative: u64,
}

impl Changes {
    /// Bits of the window that a symbol leaves, see [`Reader::symbol`].
    const READY: u32 = 45;

    /// One bit for each of the coefficients at `positions`, which are not zero: whether its magnitude grows. Needs
    /// [`Self::READY`] bits in the window.
    #[inline(always)]
    fn correct(&mut self, reader: &mut Reader, mut positions: u64, deposit: &impl Fn(u64, u64) -> u64) {
        while positions.count_ones() > Self::READY {
            let now = deposit((1 << Self::READY) - 1, positions);
            self.grown |= deposit(reader.cursor.reversed(), now);
            reader.cursor.pass(Self::READY);
            reader.cursor.refill(reader.piece);
            positions &= !now;
        }
        if positions & self.wanted != 0 {
            self.grown |= deposit(reader.cursor.reversed(), positions);
        }
        reader.cursor.pass(positions.count_ones());
    }
}

/// A block in memory.
struct Kept<'a> {
    values: &'a mut [i16],
    places: &'a [u8; 64],
    wanted: u64,
    mask: &'a mut u64,
}

impl Kept<'_> {
    #[inline(always)]
    fn change(&mut self, changes: &Changes, shift: u8) {
        *self.mask |= changes.new;
        let mut grown = changes.grown & self.wanted;
        while grown != 0 {
            let kept = self.value(grown.trailing_zeros());
            *kept += (*kept >> 15 | 1) << shift;
            grown &= grown - 1;
        }
        let mut new = changes.new & self.wanted;
        while new != 0 {
            let position = new.trailing_zeros();
            let sign = if changes.negative >> position & 1 == 0 { 1 } else { -1 };
            *self.value(position) = sign << shift;
            new &= new - 1;
        }
    }

    /// That of a wanted position.
    #[inline(always)]
    fn value(&mut self, position: u32) -> &mut i16 {
        &mut self.values[usize::from(self.places[position as usize & 63])]
    }
}

/// In plain code; a single instruction of some processors.
pub(super) fn deposit(mut source: u64, mut mask: u64) -> u64 {
    let mut bits = 0;
    while mask != 0 && source != 0 {
        let lowest = mask & mask.wrapping_neg();
        if source & 1 != 0 {
            bits |= lowest;
        }
        source >>= 1;
        mask &= !lowest;
    }
    bits
}
