//! The data of a scan, with its restart markers.

use super::codes::{BITS, Codes};
use crate::jpeg::bits::{Cursor, Source};
use crate::jpeg::block::Reader;
use crate::jpeg::huffman::END;

pub(super) struct Feed<'a> {
    pub source: Source<'a>,
    pub cursor: Cursor,
    interval: usize,
    /// Units before the next restart marker.
    pub left: usize,
    restarts: u8,
}

impl<'a> Feed<'a> {
    /// `interval`: units between restart markers; 0 is none.
    pub(super) fn new(data: &'a [u8], interval: usize) -> Self {
        let left = if interval == 0 { usize::MAX } else { interval };
        Self { source: Source::new(data), cursor: Cursor::default(), interval, left, restarts: 0 }
    }

    /// Before a unit: over the restart marker where one is due, and true if so. `None` where it is missing.
    #[inline(always)]
    pub(super) fn restart(&mut self) -> Option<bool> {
        if self.left > 0 {
            return Some(false);
        }
        self.source.restart(&mut self.cursor, self.restarts)?;
        self.restarts = (self.restarts + 1) % 8;
        self.left = self.interval;
        Some(true)
    }

    /// `None` where more was read than there is, or what is no code.
    pub(super) fn check(&self) -> Option<()> {
        self.source.unread(&self.cursor).map(|_| ())
    }

    /// From the marker that must come next to the end of the file.
    pub(super) fn finish(mut self) -> Option<&'a [u8]> {
        self.source.finish(&mut self.cursor)
    }
}

impl Reader<'_> {
    /// Advance and value of the next symbol. Leaves at least 45 bits in the window.
    #[inline(always)]
    pub(super) fn symbol(&mut self, codes: &Codes) -> (u32, i32) {
        self.cursor.refill(self.piece);
        let entry = codes.entries[self.cursor.peek(BITS) as usize];
        if entry & Codes::LONG != 0 {
            let (cursor, advance, value) = long(*self, codes);
            self.cursor = cursor;
            return (advance, value);
        }
        self.cursor.pass(entry);
        (entry >> 8 & 255, entry as i32 >> 16)
    }
}

/// Why by value: so the cursor stays in registers everywhere else.
#[cold]
#[inline(never)]
fn long(reader: Reader<'_>, codes: &Codes) -> (Cursor, u32, i32) {
    let mut cursor = reader.cursor;
    let Some((length, advance, value)) = codes.find(cursor.peek(32)) else {
        cursor.set_broken();
        return (cursor, END, 0);
    };
    cursor.pass(length);
    cursor.refill(reader.piece);
    (cursor, advance, value)
}
