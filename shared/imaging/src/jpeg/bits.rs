//! Entropy-coded data as bits: stuffed bytes are taken out (ITU T.81, B.1.1.5) a piece at a time.

use super::scan::MAX_BLOCKS;

/// More bytes than a unit can take: 64 coefficients of at most 27 bits a block, and what is read ahead.
const UNIT: usize = MAX_BLOCKS * 216 + 32;
/// Bytes of data in a piece: they stay in the fastest cache.
const PIECE: usize = 8192;
/// What follows the data is of no meaning: to read it is to overrun.
const ROOM: usize = PIECE + UNIT;

pub(super) type Piece = [u8; ROOM];

/// The data between two markers.
pub(super) struct Source<'a> {
    /// From the first byte not yet unstuffed.
    rest: &'a [u8],
    piece: Box<Piece>,
    /// Bytes of `piece` that are data.
    end: usize,
    /// A marker comes after `end`, or the file ends.
    last: bool,
}

impl<'a> Source<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self { rest: data, piece: Box::new([0; ROOM]), end: 0, last: false }
    }

    pub(super) fn piece(&self) -> &Piece {
        &self.piece
    }

    /// Sees to it that the next unit is in the piece as far as there is data.
    #[inline(always)]
    pub(super) fn provide(&mut self, cursor: &mut Cursor) {
        if cursor.at + UNIT > self.end && !self.last {
            self.advance(cursor);
        }
    }

    #[cold]
    #[inline(never)]
    fn advance(&mut self, cursor: &mut Cursor) {
        let from = cursor.at.min(self.end);
        self.piece.copy_within(from..self.end, 0);
        self.end -= from;
        cursor.at -= from;
        while self.end < PIECE && !self.last {
            self.copy_plain();
            self.pass_stuffing();
        }
    }

    /// Up to the next 0xFF or the end of the piece.
    fn copy_plain(&mut self) {
        let most = &self.rest[..self.rest.len().min(PIECE - self.end)];
        let count = memchr::memchr(0xFF, most).unwrap_or(most.len());
        self.piece[self.end..self.end + count].copy_from_slice(&most[..count]);
        self.end += count;
        self.rest = &self.rest[count..];
        self.last = self.rest.is_empty();
    }

    /// Over the 0xFF that may come next: a byte of data before a zero, else a marker.
    fn pass_stuffing(&mut self) {
        if self.end == PIECE || self.rest.first() != Some(&0xFF) {
            return;
        }
        match self.rest.iter().position(|byte| *byte != 0xFF) {
            Some(zero) if self.rest[zero] == 0 => {
                self.piece[self.end] = 0xFF;
                self.end += 1;
                self.rest = &self.rest[zero + 1..];
                self.last = self.rest.is_empty();
            }
            _ => self.last = true,
        }
    }

    /// Over the bits that fill the last byte, to the marker that must come next; `None` where it does not.
    pub(super) fn finish(&mut self, cursor: &mut Cursor) -> Option<&'a [u8]> {
        self.provide(cursor);
        let unread = self.unread(cursor)?;
        let marker = self.rest.iter().position(|byte| *byte != 0xFF)?;
        (self.last && unread < 8 && marker > 0).then(|| &self.rest[marker - 1..])
    }

    /// Bits of the piece that were not read; `None` where more was read than there is, or the cursor is broken.
    pub(super) fn unread(&self, cursor: &Cursor) -> Option<usize> {
        let loaded = cursor.at.checked_mul(8)?;
        // Of a broken cursor the count is of no use.
        let window = usize::try_from(cursor.count).ok().filter(|count| *count < 64)?;
        // Some of the window may have left the piece.
        (8 * self.end + window).checked_sub(loaded)
    }

    /// Whether the piece ends with the file instead of a marker.
    pub(super) fn ends_with_the_file(&self) -> bool {
        self.last && self.rest.iter().all(|byte| *byte == 0xFF)
    }

    /// To the data after the restart marker `number` (0 to 7), which must come next; `None` where it does not.
    pub(super) fn restart(&mut self, cursor: &mut Cursor, number: u8) -> Option<()> {
        self.provide(cursor);
        let unread = self.unread(cursor)?;
        let marker = self.rest.iter().position(|byte| *byte != 0xFF)?;
        if !self.last || unread >= 8 || self.rest[marker] != 0xD0 + number {
            return None;
        }
        self.rest = &self.rest[marker + 1..];
        (self.end, self.last) = (0, false);
        *cursor = Cursor::default();
        Some(())
    }
}

/// Where a cursor is that met a code that is none, or went far past the end: behind all data.
const BROKEN: usize = 1 << 40;

/// Where the next bit of a piece is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cursor {
    /// Next byte that is not in the window.
    at: usize,
    /// The next bits, from the highest.
    window: u64,
    /// Valid bits of the window.
    count: u64,
}

impl Cursor {
    /// After this [`Source::unread`] is `None`.
    pub(super) fn set_broken(&mut self) {
        self.at = BROKEN;
    }

    /// At least 56 bits in the window.
    #[inline(always)]
    pub(super) fn refill(&mut self, piece: &Piece) {
        let Some(bytes) = piece.get(self.at..self.at.wrapping_add(8)).and_then(|rest| rest.first_chunk())
        else {
            self.at = BROKEN;
            return;
        };
        self.window |= u64::from_be_bytes(*bytes) >> (self.count & 63);
        // Whole bytes that fit; the count is below 64.
        self.at += ((self.count ^ 63) >> 3 & 7) as usize;
        self.count |= 56;
    }

    /// The next `bits`, 1 to 32.
    #[inline(always)]
    pub(super) fn peek(&self, bits: u32) -> u32 {
        (self.window >> (64 - bits)) as u32
    }

    /// The next bit as the lowest, and so on.
    #[inline(always)]
    pub(super) fn reversed(&self) -> u64 {
        self.window.reverse_bits()
    }

    /// The `bits` (0 to 16) that follow `before` others (0 to 16).
    #[inline(always)]
    pub(super) fn peek_after(&self, before: u32, bits: u32) -> u32 {
        (self.window << (before & 63) >> 1 >> ((bits ^ 63) & 63)) as u32
    }

    /// Passes over as many bits as the lowest six of `entry` say.
    #[inline(always)]
    pub(super) fn pass(&mut self, entry: u32) {
        self.window <<= entry & 63;
        self.count = self.count.wrapping_sub(u64::from(entry & 63));
    }
}
