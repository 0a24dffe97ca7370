//! The units of an AV1 stream and its sequence header (AV1 Bitstream & Decoding Process Specification, 5.3 to 5.5), read
//! here so that the library sees only streams whose size and number of frames are known to be acceptable.

use crate::heif::Cicp;

/// What a sequence header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sequence {
    /// Pixels of the largest frame.
    pub width: u32,
    pub height: u32,
    /// Of a sample: 8, 10 or 12.
    pub bits: u8,
    pub monochrome: bool,
    /// Whether chroma is stored at half the resolution, across and down.
    pub subsampled: (bool, bool),
    pub profile: u8,
    /// Level and tier of the first operating point, as `av1C` has them.
    pub level: u8,
    pub high_tier: bool,
    pub cicp: Cicp,
}

/// A still picture has one frame; a layered one has a few.
const MAX_FRAMES: usize = 8;

/// A stream's only sequence header. `None` where it has none or several, too many frames, or is cut.
pub(crate) fn sequence(data: &[u8]) -> Option<Sequence> {
    const SEQUENCE: u8 = 1;
    const FRAME_HEADER: u8 = 3;
    const FRAME: u8 = 6;
    let (mut found, mut frames) = (None, 0);
    let mut rest = data;
    while let Some(first) = rest.first().copied() {
        let mut header = 1 + usize::from(first >> 2 & 1);
        let body = if first >> 1 & 1 == 1 {
            let (size, length) = leb128(rest.get(header..)?)?;
            header += length;
            rest.get(header..header.checked_add(size)?)?
        } else {
            rest.get(header..)?
        };
        match first >> 3 & 15 {
            SEQUENCE if found.is_some() => return None,
            SEQUENCE => found = Some(Bits::new(body).sequence()?),
            FRAME_HEADER | FRAME => frames += 1,
            _ => {}
        }
        if frames > MAX_FRAMES {
            return None;
        }
        rest = &rest[header + body.len()..];
    }
    found.filter(|_| frames > 0)
}

/// A number and how many bytes it takes.
fn leb128(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0u64;
    for (index, byte) in bytes.iter().take(8).enumerate() {
        value |= u64::from(byte & 127) << (7 * index);
        if byte >> 7 == 0 {
            return Some((usize::try_from(value).ok()?, index + 1));
        }
    }
    None
}

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Bits<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn bit(&mut self) -> Option<bool> {
        let byte = self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(bit == 1)
    }

    fn number(&mut self, bits: u32) -> Option<u32> {
        (0..bits).try_fold(0u32, |value, _| Some(value << 1 | u32::from(self.bit()?)))
    }

    /// Exponential-Golomb code.
    fn variable(&mut self) -> Option<()> {
        let mut zeros = 0;
        while !self.bit()? {
            zeros += 1;
        }
        if zeros < 32 { self.number(zeros).map(|_| ()) } else { Some(()) }
    }

    fn sequence(&mut self) -> Option<Sequence> {
        let profile = self.number(3)? as u8;
        self.bit()?;
        let reduced = self.bit()?;
        let (level, high_tier) =
            if reduced { (self.number(5)? as u8, false) } else { self.operating_points()? };
        let (width_bits, height_bits) = (self.number(4)? + 1, self.number(4)? + 1);
        let (width, height) = (self.number(width_bits)? + 1, self.number(height_bits)? + 1);
        if !reduced && self.bit()? {
            // Lengths of frame numbers.
            self.number(7)?;
        }
        // Super blocks, intra filter, edge filter.
        self.number(3)?;
        if !reduced {
            self.tools()?;
        }
        // Super resolution, CDEF, restoration.
        self.number(3)?;
        let (bits, monochrome, subsampled, cicp) = self.color(profile)?;
        Some(Sequence { width, height, bits, monochrome, subsampled, profile, level, high_tier, cicp })
    }

    /// Timing and operating points; level and tier of the first one.
    fn operating_points(&mut self) -> Option<(u8, bool)> {
        let mut delay_bits = None;
        if self.bit()? {
            self.number(32)?;
            self.number(32)?;
            if self.bit()? {
                self.variable()?;
            }
            if self.bit()? {
                delay_bits = Some(self.number(5)? + 1);
                self.number(32)?;
                self.number(10)?;
            }
        }
        let display_delays = self.bit()?;
        let mut first = None;
        for _ in 0..=self.number(5)? {
            self.number(12)?;
            let level = self.number(5)? as u8;
            let tier = level > 7 && self.bit()?;
            first.get_or_insert((level, tier));
            if let Some(bits) = delay_bits
                && self.bit()?
            {
                self.number(bits)?;
                self.number(bits)?;
                self.bit()?;
            }
            if display_delays && self.bit()? {
                self.number(4)?;
            }
        }
        first
    }

    /// What only moving pictures use.
    fn tools(&mut self) -> Option<()> {
        // Between frames: compound, masked, warped motion, dual filter.
        self.number(4)?;
        let order_hint = self.bit()?;
        if order_hint {
            self.number(2)?;
        }
        let chooses_content_tools = self.bit()?;
        let forced = if chooses_content_tools { 2 } else { self.number(1)? };
        if forced > 0 && !self.bit()? {
            self.bit()?;
        }
        if order_hint {
            self.number(3)?;
        }
        Some(())
    }

    fn color(&mut self, profile: u8) -> Option<(u8, bool, (bool, bool), Cicp)> {
        const IDENTITY: u16 = 0;
        let high = self.bit()?;
        let bits = match (profile, high) {
            (2, true) if self.bit()? => 12,
            (_, true) => 10,
            _ => 8,
        };
        let monochrome = profile != 1 && self.bit()?;
        let mut cicp = Cicp { primaries: 2, transfer: 2, matrix: 2, full_range: false };
        if self.bit()? {
            cicp.primaries = self.number(8)? as u16;
            cicp.transfer = self.number(8)? as u16;
            cicp.matrix = self.number(8)? as u16;
        }
        if monochrome {
            cicp.full_range = self.bit()?;
            return Some((bits, true, (true, true), cicp));
        }
        if (cicp.primaries, cicp.transfer, cicp.matrix) == (1, 13, IDENTITY) {
            cicp.full_range = true;
            return Some((bits, false, (false, false), cicp));
        }
        cicp.full_range = self.bit()?;
        let subsampled = match (profile, bits) {
            (0, _) => (true, true),
            (1, _) => (false, false),
            (_, 12) => {
                let across = self.bit()?;
                (across, across && self.bit()?)
            }
            _ => (true, false),
        };
        Some((bits, false, subsampled, cicp))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A temporal delimiter, the header that libaom writes for a still picture of 1000 x 750, and a frame cut short.
    const STREAM: &[u8] = b"\x12\0\x0A\x0A\x19\x66\x7E\x7B\xB7\x82\x02\x1A\x0D\x08\x32\x01\0";
    /// The same of 64 x 48 in 4:2:2 with 12 bits.
    const DEEP: &[u8] = b"\x12\0\x0A\x09\x58\x15\x7F\xBD\xAD\x02\x02\x06\xC4\x32\x01\0";

    #[test]
    fn headers_of_still_pictures_are_read() {
        let read = sequence(STREAM).unwrap();
        let cicp = Cicp { primaries: 1, transfer: 13, matrix: 6, full_range: true };
        assert_eq!((read.width, read.height, read.bits, read.profile, read.level), (1_000, 750, 8, 0, 5));
        assert_eq!((read.monochrome, read.subsampled, read.cicp), (false, (true, true), cicp));
        let read = sequence(DEEP).unwrap();
        assert_eq!((read.width, read.height, read.bits, read.profile), (64, 48, 12, 2));
        assert_eq!((read.monochrome, read.subsampled, read.cicp.full_range), (false, (true, false), true));
    }

    #[test]
    fn streams_without_a_picture_or_with_several_headers_or_many_frames_are_refused() {
        assert_eq!(sequence(b""), None);
        assert_eq!(sequence(&STREAM[..STREAM.len() - 3]), None);
        assert_eq!(sequence(&STREAM[..STREAM.len() - 1]), None);
        let header = &STREAM[2..STREAM.len() - 3];
        assert_eq!(sequence(&[header, STREAM].concat()), None);
        assert!(sequence(&[STREAM, &b"\x32\x01\0".repeat(7)].concat()).is_some());
        assert_eq!(sequence(&[STREAM, &b"\x32\x01\0".repeat(8)].concat()), None);
    }

    #[test]
    fn broken_streams_never_panic() {
        for end in 0..STREAM.len() {
            sequence(&STREAM[..end]);
            for bit in 0..8 {
                let mut broken = STREAM.to_vec();
                broken[end] ^= 1 << bit;
                sequence(&broken);
            }
        }
    }
}
