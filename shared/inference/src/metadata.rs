//! The notes that an ONNX file carries about itself, read without loading the network. The format is protobuf: `ModelProto` of
//! the ONNX standard has them in field 14, `metadata_props`, each a `StringStringEntryProto` with the key in 1 and the value in 2.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

use crate::InferenceError;

const METADATA_PROPS: u64 = 14;
const KEY: u64 = 1;
const VALUE: u64 = 2;
/// A longer note is refused: the longest known, the characters of a recogniser of Chinese, has 75 kB.
const MAX_NOTE: u64 = 4 << 20;

/// The note `key` of the ONNX file; `None` if it has none of that name. Weights are skipped, not read.
pub fn metadata(file: &Path, key: &str) -> Result<Option<String>, InferenceError> {
    let open = || -> std::io::Result<(u64, File)> {
        let file = File::open(file)?;
        Ok((file.metadata()?.len(), file))
    };
    let failed = |cause: std::io::Error| InferenceError::Load {
        file: file.display().to_string(),
        cause: cause.to_string(),
    };
    let (length, opened) = open().map_err(failed)?;
    find(BufReader::new(opened), length, key).map_err(failed)
}

fn find(mut model: impl Read + Seek, length: u64, key: &str) -> std::io::Result<Option<String>> {
    while let Some((field, wire)) = tag(&mut model)? {
        let skip = match wire {
            0 => varint(&mut model).map(|_| 0)?,
            1 => 8,
            2 => varint(&mut model)?,
            5 => 4,
            _ => return Err(ErrorKind::InvalidData.into()),
        };
        let left = length.saturating_sub(model.stream_position()?);
        if skip > left {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        if (field, wire) != (METADATA_PROPS, 2) {
            model.seek(SeekFrom::Current(i64::try_from(skip).map_err(|_| ErrorKind::InvalidData)?))?;
            continue;
        }
        if skip > MAX_NOTE {
            return Err(ErrorKind::InvalidData.into());
        }
        let mut note = Vec::new();
        model.by_ref().take(skip).read_to_end(&mut note)?;
        let (name, value) = entry(&note)?;
        if name == key.as_bytes() {
            return String::from_utf8(value).map(Some).map_err(|_| ErrorKind::InvalidData.into());
        }
    }
    Ok(None)
}

/// Key and value of a note.
fn entry(mut note: &[u8]) -> std::io::Result<(Vec<u8>, Vec<u8>)> {
    let (mut key, mut value) = (Vec::new(), Vec::new());
    while let Some((field, wire)) = tag(&mut note)? {
        if wire != 2 {
            return Err(ErrorKind::InvalidData.into());
        }
        let length = usize::try_from(varint(&mut note)?).map_err(|_| ErrorKind::InvalidData)?;
        let (text, rest) = note.split_at_checked(length).ok_or(ErrorKind::UnexpectedEof)?;
        match field {
            KEY => key = text.to_vec(),
            VALUE => value = text.to_vec(),
            _ => {}
        }
        note = rest;
    }
    Ok((key, value))
}

/// Number and wire type of the next field; `None` at the end.
fn tag(input: &mut impl Read) -> std::io::Result<Option<(u64, u64)>> {
    let mut first = [0];
    if input.read(&mut first)? == 0 {
        return Ok(None);
    }
    let tag = varint_from(first[0], input)?;
    Ok(Some((tag >> 3, tag & 7)))
}

fn varint(input: &mut impl Read) -> std::io::Result<u64> {
    let mut first = [0];
    input.read_exact(&mut first)?;
    varint_from(first[0], input)
}

fn varint_from(first: u8, input: &mut impl Read) -> std::io::Result<u64> {
    let mut value = u64::from(first & 0x7f);
    let mut byte = [first];
    for shift in (7..64).step_by(7) {
        if byte[0] & 0x80 == 0 {
            return Ok(value);
        }
        input.read_exact(&mut byte)?;
        value |= u64::from(byte[0] & 0x7f) << shift;
    }
    if byte[0] & 0x80 == 0 { Ok(value) } else { Err(ErrorKind::InvalidData.into()) }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// Version 8, a graph of 300 bytes, then two notes.
    fn model() -> Vec<u8> {
        let mut model = vec![0x08, 8, 0x3a, 0xac, 0x02];
        model.extend([0xff; 300]);
        for (key, value) in [("author", "nobody"), ("character", "äbc\n字")] {
            let mut note = vec![0x0a, key.len() as u8];
            note.extend(key.bytes());
            note.extend([0x12, value.len() as u8]);
            note.extend(value.bytes());
            model.extend([0x72, note.len() as u8]);
            model.extend(note);
        }
        model
    }

    fn read(model: &[u8], key: &str) -> std::io::Result<Option<String>> {
        find(Cursor::new(model), model.len() as u64, key)
    }

    #[test]
    fn a_note_is_found_behind_the_weights() {
        assert_eq!(read(&model(), "character").unwrap().as_deref(), Some("äbc\n字"));
        assert_eq!(read(&model(), "author").unwrap().as_deref(), Some("nobody"));
        assert_eq!(read(&model(), "licence").unwrap(), None);
    }

    #[test]
    fn a_file_cut_anywhere_or_altered_anywhere_is_an_error_or_has_no_note_and_never_a_panic() {
        let whole = model();
        for end in 0..whole.len() {
            if let Ok(found) = read(&whole[..end], "character") {
                assert_eq!(found, None, "{end}");
            }
        }
        for place in 0..whole.len() {
            for bits in [0x01, 0x80, 0xff] {
                let mut altered = whole.clone();
                altered[place] ^= bits;
                let _ = read(&altered, "character");
            }
        }
    }

    #[test]
    fn a_note_that_claims_more_than_the_file_holds_allocates_nothing() {
        let claims = [0x72, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
        assert_eq!(read(&claims, "x").unwrap_err().kind(), ErrorKind::UnexpectedEof);
    }
}
