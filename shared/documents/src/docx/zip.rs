//! The files within a ZIP (PKWARE's APPNOTE 6.3), each inflated to a bound. Only what a DOCX is made of: stored and deflated ones.

use std::borrow::Cow;

use flate2::{Decompress, FlushDecompress, Status};
use memchr::memmem;

use crate::DocumentError;

const MAX_FILES: usize = 4096;
/// What one of them may inflate to, and all of them that are read.
const MAX_FILE_BYTES: usize = 64 << 20;
const MAX_TOTAL_BYTES: usize = 128 << 20;
/// Markup that repeats itself is a hundredth of its size at best; from so much on a ratio beyond that is a trap.
const MAX_RATIO: usize = 250;
const RATIO_FROM_BYTES: usize = 8 << 20;
const CHUNK: usize = 64 << 10;

/// A ZIP's table of contents.
pub struct Zip<'a> {
    bytes: &'a [u8],
    files: Vec<File>,
    left: usize,
}

struct File {
    name: String,
    encrypted: bool,
    deflated: bool,
    packed: usize,
    /// Of its own header, which stands before its data.
    offset: usize,
}

fn damaged(what: &str) -> DocumentError {
    DocumentError::Damaged(what.into())
}

fn number<const N: usize>(bytes: &[u8], at: usize) -> Option<usize> {
    let field = bytes.get(at..at.checked_add(N)?)?;
    Some(field.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte)))
}

impl<'a> Zip<'a> {
    pub fn open(bytes: &'a [u8]) -> Result<Self, DocumentError> {
        let files = table(bytes).ok_or_else(|| damaged("its table of contents cannot be read"))?;
        if files.len() > MAX_FILES {
            return Err(DocumentError::Bomb("too many files"));
        }
        Ok(Self { bytes, files, left: MAX_TOTAL_BYTES })
    }

    /// A file by its path, without regard to case; None if there is none, or if it is packed in a way that no DOCX is.
    pub fn read(&mut self, path: &str) -> Result<Option<Cow<'a, [u8]>>, DocumentError> {
        let Some(file) = self.files.iter().find(|file| file.name.eq_ignore_ascii_case(path)) else {
            return Ok(None);
        };
        if file.encrypted {
            return Err(DocumentError::Encrypted);
        }
        let Some(data) = packed(self.bytes, file) else { return Err(damaged("a file of it is cut off")) };
        let data = if file.deflated {
            Cow::Owned(inflated(data, MAX_FILE_BYTES.min(self.left))?)
        } else {
            Cow::Borrowed(data)
        };
        self.left = self.left.checked_sub(data.len()).ok_or(DocumentError::Bomb("its files together"))?;
        Ok(Some(data))
    }
}

fn table(bytes: &[u8]) -> Option<Vec<File>> {
    // The end record is followed by a comment of at most 64 KiB.
    let tail = bytes.len().saturating_sub(22 + (64 << 10));
    let end = tail + memmem::rfind(&bytes[tail..], b"PK\x05\x06")?;
    let count = number::<2>(bytes, end + 10)?;
    let mut at = number::<4>(bytes, end + 16)?;
    let mut files = Vec::with_capacity(count.min(MAX_FILES));
    for _ in 0..count.min(MAX_FILES + 1) {
        if bytes.get(at..at.checked_add(4)?)? != b"PK\x01\x02" {
            return None;
        }
        let (flags, method) = (number::<2>(bytes, at + 8)?, number::<2>(bytes, at + 10)?);
        let [name, extra, comment] =
            [number::<2>(bytes, at + 28)?, number::<2>(bytes, at + 30)?, number::<2>(bytes, at + 32)?];
        let file = File {
            name: String::from_utf8_lossy(bytes.get(at + 46..at + 46 + name)?).replace('\\', "/"),
            encrypted: flags & 1 == 1,
            deflated: method == 8,
            packed: number::<4>(bytes, at + 20)?,
            offset: number::<4>(bytes, at + 42)?,
        };
        if matches!(method, 0 | 8) {
            files.push(file);
        }
        at += 46 + name + extra + comment;
    }
    Some(files)
}

fn packed<'a>(bytes: &'a [u8], file: &File) -> Option<&'a [u8]> {
    let at = file.offset;
    if bytes.get(at..at.checked_add(4)?)? != b"PK\x03\x04" {
        return None;
    }
    let start = at + 30 + number::<2>(bytes, at + 26)? + number::<2>(bytes, at + 28)?;
    bytes.get(start..start.checked_add(file.packed)?)
}

fn inflated(data: &[u8], most: usize) -> Result<Vec<u8>, DocumentError> {
    let mut inflater = Decompress::new(false);
    let (mut out, mut chunk) = (Vec::new(), vec![0; CHUNK]);
    loop {
        let (read, written) = (inflater.total_in() as usize, inflater.total_out());
        let status = inflater.decompress(&data[read..], &mut chunk, FlushDecompress::None);
        let piece = &chunk[..(inflater.total_out() - written) as usize];
        let length = out.len() + piece.len();
        if length > most || length > RATIO_FROM_BYTES && length / data.len().max(1) > MAX_RATIO {
            return Err(DocumentError::Bomb("a file of it"));
        }
        out.extend_from_slice(piece);
        match status {
            Ok(Status::StreamEnd) => return Ok(out),
            Ok(_) if !piece.is_empty() || inflater.total_in() as usize > read => {}
            _ => return Err(damaged("a file of it is cut off")),
        }
    }
}
