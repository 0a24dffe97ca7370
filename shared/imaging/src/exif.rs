//! The few fields of EXIF that matter here, read and written. EXIF is a TIFF structure (TIFF 6.0, section 2): a header,
//! then a directory of 12-byte entries whose longer values stand elsewhere.

use crate::rights;

/// What is taken over from a picture's metadata; everything else, GPS above all, stays behind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Exif {
    /// 1 to 8; 0 = not given.
    pub orientation: u16,
    pub artist: Option<Vec<u8>>,
    pub copyright: Option<Vec<u8>>,
}

const ORIENTATION: u16 = 0x0112;
pub(crate) const ARTIST: u16 = 0x013B;
pub(crate) const COPYRIGHT: u16 = 0x8298;
const X_RESOLUTION: u16 = 0x011A;
const Y_RESOLUTION: u16 = 0x011B;
const XMP: u16 = 700;
const RESOLUTION_UNIT: u16 = 0x0128;
pub(crate) const LONGEST_TEXT: usize = 2_048;

/// Reads the first directory of a TIFF structure; what is broken is absent.
pub(crate) fn read(tiff: &[u8]) -> Exif {
    Reader::new(tiff).and_then(|reader| reader.first_directory()).unwrap_or_default()
}

/// The metadata of a TIFF file: its first directory, and XMP for what is missing there.
pub(crate) fn of_tiff(file: &[u8]) -> Exif {
    let mut exif = read(file);
    if let Some(packet) = Reader::new(file).and_then(|reader| reader.bytes(XMP)) {
        rights::add_xmp(&mut exif, packet);
    }
    exif
}

pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    little_endian: bool,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Option<Self> {
        let little_endian = match bytes.get(..4)? {
            b"II*\0" => true,
            b"MM\0*" => false,
            _ => return None,
        };
        Some(Self { bytes, little_endian })
    }

    pub(crate) fn u16(&self, at: usize) -> Option<u16> {
        let bytes = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.little_endian { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    }

    pub(crate) fn u32(&self, at: usize) -> Option<usize> {
        let bytes = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        let value = if self.little_endian { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) };
        usize::try_from(value).ok()
    }

    /// In the byte order of the file.
    pub(crate) fn encode(&self, value: u16) -> [u8; 2] {
        if self.little_endian { value.to_le_bytes() } else { value.to_be_bytes() }
    }

    /// Where the entry of a tag stands in the first directory.
    pub(crate) fn entry(&self, tag: u16) -> Option<usize> {
        let start = self.u32(4)?;
        let entries = usize::from(self.u16(start)?);
        (0..entries).map(|entry| start + 2 + entry * 12).find(|at| self.u16(*at) == Some(tag))
    }

    /// One of the values of an entry of 16 or 32 bit integers.
    pub(crate) fn number(&self, entry: usize, index: usize) -> Option<usize> {
        const SHORT: u16 = 3;
        const LONG: u16 = 4;
        let size = match self.u16(entry + 2)? {
            SHORT => 2,
            LONG => 4,
            _ => return None,
        };
        let count = self.u32(entry + 4)?;
        if index >= count {
            return None;
        }
        let start = if count.checked_mul(size)? <= 4 { entry + 8 } else { self.u32(entry + 8)? };
        let at = start.checked_add(index * size)?;
        if size == 2 { self.u16(at).map(usize::from) } else { self.u32(at) }
    }

    /// A value of more than four bytes.
    pub(crate) fn bytes(&self, tag: u16) -> Option<&'a [u8]> {
        let entry = self.entry(tag)?;
        let (length, at) = (self.u32(entry + 4)?, self.u32(entry + 8)?);
        self.bytes.get(at..at.checked_add(length)?)
    }

    fn first_directory(&self) -> Option<Exif> {
        let start = self.u32(4)?;
        let entries = usize::from(self.u16(start)?);
        let mut exif = Exif::default();
        for entry in 0..entries {
            let at = start + 2 + entry * 12;
            let Some(tag) = self.u16(at) else { break };
            match tag {
                ORIENTATION if self.u16(at + 2) == Some(3) => {
                    exif.orientation = self.u16(at + 8).unwrap_or(0)
                }
                ARTIST => exif.artist = self.text(at),
                COPYRIGHT => exif.copyright = self.text(at),
                _ => {}
            }
        }
        Some(exif)
    }

    /// An ASCII value without its closing NUL; absent where empty, overlong or out of bounds.
    fn text(&self, entry: usize) -> Option<Vec<u8>> {
        let length = self.u32(entry + 4)?;
        if self.u16(entry + 2)? != 2 || length > LONGEST_TEXT {
            return None;
        }
        let at = if length <= 4 { entry + 8 } else { self.u32(entry + 8)? };
        let text = self.bytes.get(at..at.checked_add(length)?)?;
        let text = text.strip_suffix(b"\0").unwrap_or(text);
        (!text.trim_ascii().is_empty()).then(|| text.to_vec())
    }
}

/// A directory in the making, little-endian.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    entries: Vec<(u16, Value)>,
}

#[derive(Debug)]
pub(crate) enum Value {
    Short(Vec<u16>),
    Long(Vec<u32>),
    Rational(u32, u32),
    Ascii(Vec<u8>),
    Undefined(Vec<u8>),
}

impl Value {
    /// Type code, count, bytes.
    fn encoded(&self) -> (u16, usize, Vec<u8>) {
        match self {
            Self::Ascii(text) => (2, text.len() + 1, text.iter().copied().chain([0]).collect()),
            Self::Undefined(bytes) => (7, bytes.len(), bytes.clone()),
            Self::Short(values) => {
                (3, values.len(), values.iter().flat_map(|value| value.to_le_bytes()).collect())
            }
            Self::Long(values) => {
                (4, values.len(), values.iter().flat_map(|value| value.to_le_bytes()).collect())
            }
            Self::Rational(over, under) => (5, 1, [over.to_le_bytes(), under.to_le_bytes()].concat()),
        }
    }
}

impl Directory {
    pub(crate) fn add(&mut self, tag: u16, value: Value) {
        self.entries.push((tag, value));
    }

    /// Resolution in dots an inch and the texts that were taken over.
    pub(crate) fn add_metadata(&mut self, dpi: Option<u32>, exif: &Exif) {
        if let Some(dpi) = dpi {
            self.add(X_RESOLUTION, Value::Rational(dpi, 1));
            self.add(Y_RESOLUTION, Value::Rational(dpi, 1));
            self.add(RESOLUTION_UNIT, Value::Short(vec![2]));
        }
        if let Some(artist) = &exif.artist {
            self.add(ARTIST, Value::Ascii(artist.clone()));
        }
        if let Some(copyright) = &exif.copyright {
            self.add(COPYRIGHT, Value::Ascii(copyright.clone()));
        }
    }

    /// The directory followed by its longer values, to stand at offset `at` of the file. Tags in ascending order.
    pub(crate) fn bytes(mut self, at: u32) -> Vec<u8> {
        self.entries.sort_by_key(|(tag, _)| *tag);
        let mut directory = (self.entries.len() as u16).to_le_bytes().to_vec();
        let mut values = Vec::new();
        let values_at = at as usize + 2 + self.entries.len() * 12 + 4;
        for (tag, value) in &self.entries {
            let (kind, count, mut bytes) = value.encoded();
            directory.extend(tag.to_le_bytes());
            directory.extend(kind.to_le_bytes());
            directory.extend((count as u32).to_le_bytes());
            if bytes.len() <= 4 {
                bytes.resize(4, 0);
                directory.extend(bytes);
            } else {
                directory.extend(((values_at + values.len()) as u32).to_le_bytes());
                values.extend(bytes);
                // Values begin on a word boundary.
                values.resize(values.len().next_multiple_of(2), 0);
            }
        }
        directory.extend([0; 4]);
        directory.extend(values);
        directory
    }
}

/// A whole EXIF block; `None` where there is nothing to say.
pub(crate) fn block(dpi: Option<u32>, exif: &Exif) -> Option<Vec<u8>> {
    let mut directory = Directory::default();
    directory.add_metadata(dpi, exif);
    if directory.entries.is_empty() {
        return None;
    }
    let mut block = b"II*\0\x08\0\0\0".to_vec();
    block.extend(directory.bytes(8));
    Some(block)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let exif =
            Exif { orientation: 0, artist: Some(b"Al".to_vec()), copyright: Some(b"someone, 2024".to_vec()) };
        assert_eq!(read(&block(Some(300), &exif).unwrap()), exif);
        assert_eq!(block(None, &Exif::default()), None);
    }

    #[test]
    fn both_byte_orders_are_read() {
        let big = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let little = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x08\0\0\0\0\0\0\0";
        assert_eq!(read(big).orientation, 6);
        assert_eq!(read(little).orientation, 8);
    }

    #[test]
    fn broken_blocks_are_empty_and_never_panic() {
        let block =
            block(Some(72), &Exif { copyright: Some(b"someone".to_vec()), ..Exif::default() }).unwrap();
        for end in 0..block.len() {
            read(&block[..end]);
        }
        for at in 0..block.len() {
            let mut broken = block.clone();
            broken[at] = 0xFF;
            read(&broken);
        }
        assert_eq!(read(b"II*\0\xFF\xFF\xFF\xFF"), Exif::default());
    }
}
