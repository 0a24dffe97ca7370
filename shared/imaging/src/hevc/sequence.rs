//! What an HEVC picture will be, from its configuration (`hvcC`: ISO/IEC 14496-15, 8.3.3.1) and the sequence parameter set
//! in it (ITU-T H.265, 7.3.2.2): read here, so that the decoder sees only pictures whose size is known to be acceptable.

use crate::planes::Chroma;

/// What a sequence parameter set says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sequence {
    /// Pixels as coded: rounded up to whole blocks.
    pub width: u32,
    pub height: u32,
    /// Of a luma sample.
    pub bits: u8,
    pub chroma: Chroma,
}

const PARAMETER_SET: u8 = 33;
/// Longer ones do not occur.
const MAX_BYTES: usize = 1 << 16;

/// Of the first parameter set, which is the one that is used. `None` where none is, or it is not valid.
pub(crate) fn sequence(config: &[u8]) -> Option<Sequence> {
    let arrays = *config.get(22)?;
    let mut rest = config.get(23..)?;
    for _ in 0..arrays {
        let [_, high, low, after @ ..] = rest else { return None };
        rest = after;
        for _ in 0..u16::from_be_bytes([*high, *low]) {
            let length = usize::from(u16::from_be_bytes(rest.get(..2)?.try_into().ok()?));
            let unit = rest.get(2..2 + length)?;
            // Its kind, and layer 0: the base.
            if let [first, second, body @ ..] = unit
                && first >> 1 & 63 == PARAMETER_SET
                && (first & 1, second >> 3) == (0, 0)
            {
                return Bits::new(body).sequence();
            }
            rest = &rest[2 + length..];
        }
    }
    None
}

struct Bits {
    bytes: Vec<u8>,
    at: usize,
}

impl Bits {
    /// Without the bytes that keep start codes out of the data.
    fn new(body: &[u8]) -> Self {
        let mut bytes: Vec<u8> = Vec::new();
        let mut zeros = 0;
        for byte in body.iter().take(MAX_BYTES) {
            if zeros >= 2 && *byte == 3 {
                zeros = 0;
                continue;
            }
            zeros = if *byte == 0 { zeros + 1 } else { 0 };
            bytes.push(*byte);
        }
        Self { bytes, at: 0 }
    }

    fn bit(&mut self) -> Option<bool> {
        let bit = self.bytes.get(self.at / 8)? >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(bit == 1)
    }

    fn number(&mut self, bits: u32) -> Option<u32> {
        (0..bits).try_fold(0u32, |value, _| Some(value << 1 | u32::from(self.bit()?)))
    }

    /// Exponential-Golomb code of up to 31 bits.
    fn variable(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.bit()? {
            zeros += 1;
        }
        if zeros > 31 { None } else { ((1u32 << zeros) - 1).checked_add(self.number(zeros)?) }
    }

    fn sequence(&mut self) -> Option<Sequence> {
        self.number(4)?;
        let layers = self.number(3)?;
        self.bit()?;
        // Profile and level of the whole, then of each layer that has one.
        self.at += 96;
        let mut of_layers = 0;
        if layers > 0 {
            for _ in 0..layers {
                of_layers += if self.bit()? { 88 } else { 0 };
                of_layers += if self.bit()? { 8 } else { 0 };
            }
            self.number(2 * (8 - layers))?;
        }
        self.at += of_layers;
        self.variable()?;
        let chroma = match self.variable()? {
            0 => Chroma::None,
            1 => Chroma::Quarter,
            2 => Chroma::Half,
            3 => Chroma::Full,
            _ => return None,
        };
        if chroma == Chroma::Full && self.bit()? {
            return None;
        }
        let (width, height) = (self.variable()?, self.variable()?);
        if self.bit()? {
            for _ in 0..4 {
                self.variable()?;
            }
        }
        let bits = u8::try_from(8 + self.variable()?).ok()?;
        Some(Sequence { width, height, bits, chroma })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The parameter set that x265 writes for 128 x 64 pixels of 8 bits in 4:2:0, with the bytes that keep start codes out.
    const SET: &[u8] =
        b"\x42\x01\x01\x03\x70\0\0\x03\0\x90\0\0\x03\0\0\x03\0\x1E\xA0\x10\x20\x41\x65\xBA\x92\x4A\x6B\
        \x9B\x80\x86\x83\x02\0\0\x03\0\x32\0\0\x03\0\x02\x10";

    /// A configuration with that set behind another one of two bytes.
    fn config() -> Vec<u8> {
        let mut config = vec![0; 22];
        config.extend([2, 32, 0, 1, 0, 2, 0x40, 1, 33, 0, 1, 0, SET.len() as u8]);
        config.extend(SET);
        config
    }

    #[test]
    fn the_size_of_a_picture_is_read() {
        let expected = Sequence { width: 128, height: 64, bits: 8, chroma: Chroma::Quarter };
        assert_eq!(sequence(&config()), Some(expected));
    }

    #[test]
    fn a_broken_configuration_is_none_or_another_and_never_panics() {
        let config = config();
        for end in 0..config.len() {
            assert!(end < 60 || sequence(&config[..end]).is_none_or(|read| read.width == 128));
            for bit in 0..8 {
                let mut broken = config.clone();
                broken[end] ^= 1 << bit;
                sequence(&broken);
            }
        }
        assert_eq!(sequence(&config[..30]), None);
    }
}
