//! Reading numbers and boxes (ISO/IEC 14496-12, section 4.2) from a slice. Nothing is copied.

use super::Fault;

/// What is left to read of a slice; numbers are big-endian.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bytes<'a>(pub &'a [u8]);

/// A box: its kind and its body.
pub(super) type NamedBox<'a> = ([u8; 4], &'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], Fault> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Fault::Corrupt("a box ends early"))?;
        self.0 = rest;
        Ok(taken)
    }

    /// A number of 0 to 8 bytes; of none it is 0.
    pub(super) fn number(&mut self, count: usize) -> Result<u64, Fault> {
        Ok(self.take(count)?.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    pub(super) fn u8(&mut self) -> Result<u8, Fault> {
        Ok(self.number(1)? as u8)
    }

    pub(super) fn u16(&mut self) -> Result<u16, Fault> {
        Ok(self.number(2)? as u16)
    }

    pub(super) fn u32(&mut self) -> Result<u32, Fault> {
        Ok(self.number(4)? as u32)
    }

    pub(super) fn kind(&mut self) -> Result<[u8; 4], Fault> {
        Ok(self.u32()?.to_be_bytes())
    }

    /// Version and flags of a full box.
    pub(super) fn version(&mut self) -> Result<(u8, u32), Fault> {
        let word = self.u32()?;
        Ok(((word >> 24) as u8, word & 0xFF_FFFF))
    }

    /// Up to a NUL, which is passed over; all there is where none comes.
    pub(super) fn text(&mut self) -> &'a [u8] {
        let length = self.0.iter().position(|byte| *byte == 0).unwrap_or(self.0.len());
        let text = &self.0[..length];
        self.0 = self.0.get(length + 1..).unwrap_or_default();
        text
    }

    /// `None` at the end.
    pub(super) fn next_box(&mut self) -> Result<Option<NamedBox<'a>>, Fault> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let start = self.0.len();
        let size = self.u32()?;
        let kind = self.kind()?;
        let size = match size {
            // To the end of what encloses it.
            0 => start as u64,
            1 => self.number(8)?,
            size => u64::from(size),
        };
        let header = (start - self.0.len()) as u64;
        let body = size.checked_sub(header).and_then(|body| usize::try_from(body).ok());
        Ok(Some((kind, self.take(body.ok_or(Fault::Corrupt("a box is smaller than its header"))?)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_of_all_three_kinds_of_size_are_read() {
        let file = b"\0\0\0\x0AaaaaXY\0\0\0\x01bbbb\0\0\0\0\0\0\0\x12ZZ\0\0\0\0cccctail";
        let mut bytes = Bytes(file);
        assert_eq!(bytes.next_box().unwrap(), Some((*b"aaaa", &b"XY"[..])));
        assert_eq!(bytes.next_box().unwrap(), Some((*b"bbbb", &b"ZZ"[..])));
        assert_eq!(bytes.next_box().unwrap(), Some((*b"cccc", &b"tail"[..])));
        assert_eq!(bytes.next_box().unwrap(), None);
    }

    #[test]
    fn boxes_that_lie_about_their_size_are_faults() {
        for broken in [
            &b"\0\0\0\x09aaaa"[..],
            b"\0\0\0\x07aaaa",
            b"\0\0\0",
            b"\0\0\0\x01aaaa\0\0\0\0\0\0\0\x0F",
            b"\0\0\0\x01aaaa\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
        ] {
            assert!(Bytes(broken).next_box().is_err(), "{broken:?}");
        }
    }
}
