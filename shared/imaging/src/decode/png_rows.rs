//! PNGs of three or four bytes a pixel row by row, as most are: inflated by `fdeflate`, two rows of Paeth's filter at a time.
//! Other PNGs are left to the `png` crate, which is slower at this and knows everything.

use fdeflate::Decompressor;

use super::png_filter::{PAETH, undo, undo_two_of_paeth};
use crate::ImagingError;

/// How far back a deflate stream may refer (RFC 1951, 2), in bytes.
const WINDOW: usize = 32 << 10;
/// Bytes between two moves of the window to the beginning of its buffer, at least.
const ROOM: usize = 128 << 10;

fn ends_early() -> ImagingError {
    ImagingError::corrupt("png", "its data ends early")
}

fn invalid() -> ImagingError {
    ImagingError::corrupt("png", "invalid data")
}

/// A chunk: its name and its body; its checksum is right.
fn chunk(input: &[u8], at: usize) -> Result<(&[u8], &[u8]), ImagingError> {
    let length = input.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).ok_or_else(ends_early)?;
    let length = u32::from_be_bytes(length) as usize;
    let checked = input.get(at + 4..at + 8 + length).ok_or_else(ends_early)?;
    let sum = input.get(at + 8 + length..at + 12 + length).ok_or_else(ends_early)?;
    if crc32fast::hash(checked).to_be_bytes() != sum {
        return Err(invalid());
    }
    Ok(checked.split_at(4))
}

/// The pixels of a PNG, row after row.
pub(super) struct Rows<'a> {
    stream: Stream<'a>,
    /// Bytes of a pixel: 3 or 4.
    count: usize,
    /// Bytes of a row.
    stride: usize,
    left: u32,
    /// The row before, and up to two that are finished.
    lines: [Vec<u8>; 3],
    /// Which line was handed out last; how many are finished.
    at: usize,
    ready: usize,
}

impl<'a> Rows<'a> {
    /// `None` where the file is of another kind, or not as its header said.
    pub(super) fn open(input: &'a [u8]) -> Option<Self> {
        let mut at = 8;
        let (name, header) = chunk(input, at).ok()?;
        // Eight bits, deflate, the five filters, not interlaced.
        let (b"IHDR", [w3, w2, w1, w0, h3, h2, h1, h0, 8, kind @ (2 | 6), 0, 0, 0]) = (name, header) else {
            return None;
        };
        let width = u32::from_be_bytes([*w3, *w2, *w1, *w0]) as usize;
        let count = if *kind == 6 { 4 } else { 3 };
        // The checksum of the data is looked at where it is read.
        while input.get(at + 4..at + 8)? != b"IDAT" {
            let (name, body) = chunk(input, at).ok()?;
            // Transparency by colour, and animations.
            if matches!(name, b"tRNS" | b"acTL") {
                return None;
            }
            at += 12 + body.len();
        }
        let stride = width.checked_mul(count)?;
        Some(Self {
            stream: Stream::new(input, at, stride + 1),
            count,
            stride,
            left: u32::from_be_bytes([*h3, *h2, *h1, *h0]),
            lines: std::array::from_fn(|_| vec![0; stride]),
            at: 0,
            ready: 0,
        })
    }

    /// The next row, until there is none.
    ///
    /// # Errors
    /// Damage, where it is met.
    pub(super) fn next_row(&mut self) -> Result<Option<&[u8]>, ImagingError> {
        if self.at == self.ready {
            // The last of the finished rows is the one before now.
            self.lines.swap(0, self.ready);
            self.ready = self.finish()?;
            self.at = 0;
            if self.ready == 0 {
                return Ok(None);
            }
        }
        self.at += 1;
        Ok(Some(&self.lines[self.at]))
    }

    /// Undoes the filters of two rows or one; how many.
    fn finish(&mut self) -> Result<usize, ImagingError> {
        let rows = self.left.min(2) as usize;
        if rows == 0 {
            return Ok(0);
        }
        let raw = self.stream.take(rows * (self.stride + 1))?;
        let (first, rest) = raw.split_at(self.stride + 1);
        let two = rest.first() == Some(&PAETH) && first[0] == PAETH;
        let [before, one, other] = &mut self.lines;
        let known = match (two, self.count) {
            (true, 3) => {
                undo_two_of_paeth::<3>([&first[1..], &rest[1..]], before, one, other);
                true
            }
            (true, _) => {
                undo_two_of_paeth::<4>([&first[1..], &rest[1..]], before, one, other);
                true
            }
            (false, 3) => undo::<3>(first[0], &first[1..], before, one),
            (false, _) => undo::<4>(first[0], &first[1..], before, one),
        };
        if !known {
            return Err(invalid());
        }
        let finished = if two { 2 } else { 1 };
        self.stream.consume(finished * (self.stride + 1));
        self.left -= finished as u32;
        Ok(finished)
    }
}

/// The inflated bytes of all IDAT chunks.
struct Stream<'a> {
    input: &'a [u8],
    /// Where the next chunk begins.
    next: usize,
    /// What is left of the chunk at hand.
    rest: &'a [u8],
    decompressor: Box<Decompressor>,
    /// Inflated bytes, behind them room for more. At least `WINDOW` of them stay, since the stream may refer to them.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

impl<'a> Stream<'a> {
    fn new(input: &'a [u8], at: usize, line: usize) -> Self {
        let mut decompressor = Box::new(Decompressor::new());
        // Each chunk has a checksum of its own.
        decompressor.ignore_adler32();
        let buffer = vec![0; WINDOW + ROOM + 4 * line];
        Self { input, next: at, rest: &[], decompressor, buffer, start: 0, end: 0 }
    }

    /// The next `length` bytes, fewer than the buffer's room for lines.
    fn take(&mut self, length: usize) -> Result<&[u8], ImagingError> {
        while self.end - self.start < length {
            if self.buffer.len() - self.start < length || self.buffer.len() == self.end {
                let keep = self.start.min(self.end.saturating_sub(WINDOW));
                self.buffer.copy_within(keep..self.end, 0);
                self.start -= keep;
                self.end -= keep;
            }
            self.inflate()?;
        }
        Ok(&self.buffer[self.start..self.start + length])
    }

    fn consume(&mut self, length: usize) {
        self.start += length;
    }

    /// Some more bytes at the end of the buffer.
    fn inflate(&mut self) -> Result<(), ImagingError> {
        let mut over = false;
        if self.rest.is_empty() {
            match chunk(self.input, self.next)? {
                (b"IDAT", body) => {
                    self.rest = body;
                    self.next += 12 + body.len();
                }
                _ => over = true,
            }
        }
        let (taken, made) =
            self.decompressor.read(self.rest, &mut self.buffer, self.end, over).map_err(|_| invalid())?;
        self.rest = &self.rest[taken..];
        self.end += made;
        if made == 0 && (over || self.decompressor.is_done()) {
            return Err(ImagingError::corrupt("png", "rows are missing"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use png::{BitDepth, ColorType, Compression, Encoder, Filter};

    use super::*;

    fn file(width: u32, height: u32, color: ColorType, filter: Filter, pixels: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, width, height);
        encoder.set_color(color);
        encoder.set_depth(BitDepth::Eight);
        encoder.set_compression(Compression::Balanced);
        encoder.set_filter(filter);
        let mut writer = encoder.write_header().unwrap();
        // Many small chunks.
        let mut stream = writer.stream_writer_with_size(100).unwrap();
        std::io::Write::write_all(&mut stream, pixels).unwrap();
        stream.finish().unwrap();
        writer.finish().unwrap();
        bytes
    }

    fn picture(width: u32, height: u32, count: u32) -> Vec<u8> {
        let mut state = 7u32;
        (0..width * height * count)
            .map(|index| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                ((index / 7) as u8).wrapping_add((state >> 30) as u8)
            })
            .collect()
    }

    fn read(file: &[u8]) -> Result<Vec<u8>, ImagingError> {
        let mut rows = Rows::open(file).ok_or_else(invalid)?;
        let mut pixels = Vec::new();
        while let Some(row) = rows.next_row()? {
            pixels.extend_from_slice(row);
        }
        Ok(pixels)
    }

    #[test]
    fn every_filter_gives_the_pixels_back() {
        let filters =
            [Filter::NoFilter, Filter::Sub, Filter::Up, Filter::Avg, Filter::Paeth, Filter::Adaptive];
        for filter in filters {
            for (width, height) in [(1, 1), (1, 5), (7, 2), (33, 9), (2000, 61)] {
                for (color, count) in [(ColorType::Rgb, 3), (ColorType::Rgba, 4)] {
                    let pixels = picture(width, height, count);
                    let file = file(width, height, color, filter, &pixels);
                    assert!(read(&file).unwrap() == pixels, "{filter:?} {width}x{height} {color:?}");
                }
            }
        }
    }

    #[test]
    fn runs_longer_than_the_buffer_and_far_references_are_followed() {
        for period in [1, 300, 30_000] {
            let pixels: Vec<u8> =
                (0..1500 * 400 * 4).map(|index| ((index % period) * 31 / 8) as u8).collect();
            let file = file(1500, 400, ColorType::Rgba, Filter::NoFilter, &pixels);
            assert!(read(&file).unwrap() == pixels, "{period}");
        }
    }

    #[test]
    fn damage_and_missing_rows_are_errors() {
        let pixels = picture(60, 40, 3);
        let whole = file(60, 40, ColorType::Rgb, Filter::Adaptive, &pixels);
        let start = whole.windows(4).position(|name| name == b"IDAT").unwrap() + 4;
        // The last chunk may hold nothing but the end of the stream, which no row needs.
        for at in (start..whole.len() - 160).step_by(11) {
            assert!(read(&whole[..at]).is_err(), "cut at {at}");
            let mut broken = whole.clone();
            broken[at] ^= 0x10;
            assert!(read(&broken).is_err(), "bit at {at}");
        }
        // The same stream under a header that promises more rows.
        let mut taller = whole.clone();
        taller[23] += 1;
        let sum = crc32fast::hash(&taller[12..29]).to_be_bytes();
        taller[29..33].copy_from_slice(&sum);
        assert_eq!(read(&taller), Err(ImagingError::corrupt("png", "rows are missing")));
    }

    #[test]
    fn other_kinds_are_left_to_others() {
        let grey = file(9, 9, ColorType::Grayscale, Filter::Up, &[7; 81]);
        assert!(Rows::open(&grey).is_none());
        assert!(Rows::open(b"\x89PNG\r\n\x1A\n").is_none());
    }
}
