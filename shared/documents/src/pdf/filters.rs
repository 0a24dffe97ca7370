//! The filters of a stream, undone by us with a bound, before a reader without one sees it.

use std::borrow::Cow;
use std::io::Write;

use flate2::{Compression, Decompress, FlushDecompress, Status, write::ZlibEncoder};
use hayro::hayro_syntax::object::{Array, Dict, Name, Object};
use weezl::{BitOrder, LzwStatus, decode::Decoder};

use super::write;
use crate::DocumentError;

/// What one stream may unfold to: a page of 600 dots an inch in colour.
const MAX_STREAM_BYTES: usize = 128 << 20;
/// What all of a file's streams may.
const MAX_TOTAL_BYTES: usize = 1 << 30;
const MAX_FILTERS: usize = 4;
const CHUNK: usize = 64 << 10;

/// What may still be unfolded of a file.
pub struct Budget {
    left: usize,
}

impl Budget {
    pub fn new() -> Self {
        Self { left: MAX_TOTAL_BYTES }
    }

    fn take(&mut self, bytes: usize) -> Result<(), DocumentError> {
        self.left = self.left.checked_sub(bytes).ok_or(DocumentError::Bomb("its streams together"))?;
        Ok(())
    }
}

/// A stream that is safe to be decoded: its data, and the filter and its parameters as the dictionary is to name them.
pub struct Vetted<'a> {
    pub data: Cow<'a, [u8]>,
    pub filter: Option<(&'static str, Vec<u8>)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Filter {
    Hexadecimal,
    Base85,
    RunLength,
    Lzw,
    Flate,
    /// Pictures alone; the last one of a chain.
    Picture(&'static str),
    Crypt,
}

/// The stream with all but the last of its filters undone, and the last one measured. None: no reader could make sense of it.
pub fn vet<'a>(
    dict: &Dict<'_>,
    data: &'a [u8],
    budget: &mut Budget,
) -> Result<Option<Vetted<'a>>, DocumentError> {
    let Some(chain) = chain(dict) else { return Ok(None) };
    let mut data = Cow::Borrowed(data);
    for (index, (filter, parameters)) in chain.iter().enumerate() {
        let last = index + 1 == chain.len();
        match filter {
            Filter::Picture(name) if last => {
                return Ok(Some(Vetted { data, filter: Some((name, write::dict(parameters))) }));
            }
            Filter::Picture(_) => return Ok(None),
            Filter::Flate | Filter::Lzw if !sane(parameters) || !last && predicts(parameters) => {
                return Ok(None);
            }
            Filter::Flate if last => return flate(data, parameters, budget).map(Some),
            Filter::Lzw if last => {
                let packed = Cow::Owned(deflated(&undone(*filter, parameters, &data, budget)?));
                return Ok(Some(Vetted {
                    data: packed,
                    filter: Some(("FlateDecode", write::dict(parameters))),
                }));
            }
            _ => data = Cow::Owned(undone(*filter, parameters, &data, budget)?),
        }
    }
    Ok(Some(Vetted { data, filter: None }))
}

/// All filters undone. None: there are some that cannot be, pictures' and predictions.
pub fn decode_all(
    dict: &Dict<'_>,
    data: &[u8],
    budget: &mut Budget,
) -> Result<Option<Vec<u8>>, DocumentError> {
    let Some(chain) = chain(dict) else { return Ok(None) };
    let mut data = data.to_vec();
    for (filter, parameters) in chain {
        if matches!(filter, Filter::Picture(_)) || predicts(&parameters) {
            return Ok(None);
        }
        data = undone(filter, &parameters, &data, budget)?;
    }
    Ok(Some(data))
}

/// Measured; packed anew where it is damaged, so that every reader gets the same of it.
fn flate<'a>(
    data: Cow<'a, [u8]>,
    parameters: &Dict<'_>,
    budget: &mut Budget,
) -> Result<Vetted<'a>, DocumentError> {
    let mut length = 0;
    let whole = inflate(&data, |piece| {
        length += piece.len();
        length <= MAX_STREAM_BYTES
    });
    if length > MAX_STREAM_BYTES {
        return Err(DocumentError::Bomb("a stream"));
    }
    budget.take(length)?;
    let data =
        if whole { data } else { Cow::Owned(deflated(&undone(Filter::Flate, parameters, &data, budget)?)) };
    Ok(Vetted { data, filter: Some(("FlateDecode", write::dict(parameters))) })
}

fn undone(
    filter: Filter,
    parameters: &Dict<'_>,
    data: &[u8],
    budget: &mut Budget,
) -> Result<Vec<u8>, DocumentError> {
    let mut out = Vec::new();
    let mut sink = |piece: &[u8]| {
        let fits = out.len() + piece.len() <= MAX_STREAM_BYTES;
        if fits {
            out.extend_from_slice(piece);
        }
        fits
    };
    let within = match filter {
        Filter::Flate => {
            let mut within = true;
            inflate(data, |piece| {
                within = sink(piece);
                within
            });
            within
        }
        Filter::Lzw => lzw(data, parameters.get::<u32>(b"EarlyChange") != Some(0), &mut sink),
        Filter::RunLength => run_length(data, &mut sink),
        Filter::Hexadecimal => sink(&hexadecimal(data)),
        Filter::Base85 => sink(&base85(data)),
        Filter::Picture(_) | Filter::Crypt => sink(data),
    };
    if !within {
        return Err(DocumentError::Bomb("a stream"));
    }
    budget.take(out.len())?;
    Ok(out)
}

/// Whether all of it was good; what was good before the damage has been given to the sink, until that says no.
fn inflate(data: &[u8], mut sink: impl FnMut(&[u8]) -> bool) -> bool {
    let head = data.first_chunk::<2>().copied().unwrap_or_default();
    let zlib = head[0] & 0x0F == 8 && u16::from_be_bytes(head).is_multiple_of(31) && head[1] & 0x20 == 0;
    let mut inflater = Decompress::new(zlib);
    let mut chunk = vec![0; CHUNK];
    loop {
        let (read, written) = (inflater.total_in(), inflater.total_out());
        let status = inflater.decompress(&data[read as usize..], &mut chunk, FlushDecompress::None);
        let piece = (inflater.total_out() - written) as usize;
        if piece > 0 && !sink(&chunk[..piece]) {
            return false;
        }
        match status {
            Ok(Status::StreamEnd) => return true,
            Ok(_) if piece > 0 || inflater.total_in() > read => {}
            _ => return false,
        }
    }
}

fn deflated(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory does not fail; if it did, an empty stream would be the answer.
    encoder.write_all(data).and_then(|()| encoder.finish()).unwrap_or_default()
}

fn lzw(data: &[u8], early: bool, sink: &mut impl FnMut(&[u8]) -> bool) -> bool {
    let mut decoder =
        if early { Decoder::with_tiff_size_switch(BitOrder::Msb, 8) } else { Decoder::new(BitOrder::Msb, 8) };
    let (mut rest, mut chunk) = (data, vec![0; CHUNK]);
    loop {
        let step = decoder.decode_bytes(rest, &mut chunk);
        rest = &rest[step.consumed_in..];
        if !sink(&chunk[..step.consumed_out]) {
            return false;
        }
        let moved = step.consumed_in > 0 || step.consumed_out > 0;
        if !moved || !matches!(step.status, Ok(LzwStatus::Ok)) {
            return true;
        }
    }
}

fn run_length(mut data: &[u8], sink: &mut impl FnMut(&[u8]) -> bool) -> bool {
    while let [length, rest @ ..] = data {
        let fits = match (*length, rest) {
            (0..=127, _) => {
                let (literal, after) = rest.split_at(rest.len().min(usize::from(*length) + 1));
                data = after;
                sink(literal)
            }
            (129.., [byte, after @ ..]) => {
                data = after;
                sink(&[*byte; 128][..257 - usize::from(*length)])
            }
            _ => return true,
        };
        if !fits {
            return false;
        }
    }
    true
}

fn hexadecimal(data: &[u8]) -> Vec<u8> {
    let digits =
        data.iter().take_while(|byte| **byte != b'>').filter_map(|byte| (*byte as char).to_digit(16));
    let digits: Vec<u8> = digits.map(|digit| digit as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).unwrap_or(&0)).collect()
}

fn base85(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len() / 5 * 4);
    let (mut group, mut count) = (0_u32, 0);
    for byte in data.strip_prefix(b"<~").unwrap_or(data).iter().take_while(|byte| **byte != b'~') {
        match byte {
            b'z' if count == 0 => out.extend_from_slice(&[0; 4]),
            b'!'..=b'u' => {
                group = group.wrapping_mul(85).wrapping_add(u32::from(byte - b'!'));
                count += 1;
                if count == 5 {
                    out.extend_from_slice(&group.to_be_bytes());
                    (group, count) = (0, 0);
                }
            }
            _ => {}
        }
    }
    if count > 1 {
        for _ in count..5 {
            group = group.wrapping_mul(85).wrapping_add(84);
        }
        out.extend_from_slice(&group.to_be_bytes()[..count - 1]);
    }
    out
}

fn chain<'a>(dict: &Dict<'a>) -> Option<Vec<(Filter, Dict<'a>)>> {
    let named = |long: &'static [u8], short: &'static [u8]| {
        dict.get::<Object<'a>>(short).or_else(|| dict.get::<Object<'a>>(long))
    };
    // Data in another file: never read. As a stream's key `F` means that; in a picture within a page it is short for the filter.
    let names = match named(b"Filter", b"F") {
        None | Some(Object::Null(_)) => return Some(Vec::new()),
        Some(Object::Name(name)) => vec![name],
        Some(Object::Array(names)) => names.iter::<Name<'a>>().take(MAX_FILTERS + 1).collect(),
        Some(_) => return None,
    };
    let mut parameters = match named(b"DecodeParms", b"DP") {
        Some(Object::Dict(only)) => vec![only],
        Some(Object::Array(list)) => parameter_list(&list),
        _ => Vec::new(),
    };
    parameters.resize_with(names.len(), Dict::empty);
    if names.len() > MAX_FILTERS {
        return None;
    }
    names.iter().zip(parameters).map(|(name, parameters)| Some((filter(name)?, parameters))).collect()
}

fn parameter_list<'a>(list: &Array<'a>) -> Vec<Dict<'a>> {
    list.iter::<Object<'a>>().take(MAX_FILTERS).map(|item| item.into_dict().unwrap_or_default()).collect()
}

fn filter(name: &[u8]) -> Option<Filter> {
    Some(match name {
        b"ASCIIHexDecode" | b"AHx" => Filter::Hexadecimal,
        b"ASCII85Decode" | b"A85" => Filter::Base85,
        b"RunLengthDecode" | b"RL" => Filter::RunLength,
        b"LZWDecode" | b"LZW" => Filter::Lzw,
        b"FlateDecode" | b"Fl" => Filter::Flate,
        b"DCTDecode" | b"DCT" => Filter::Picture("DCTDecode"),
        b"CCITTFaxDecode" | b"CCF" => Filter::Picture("CCITTFaxDecode"),
        b"JBIG2Decode" => Filter::Picture("JBIG2Decode"),
        b"JPXDecode" => Filter::Picture("JPXDecode"),
        b"Crypt" => Filter::Crypt,
        _ => return None,
    })
}

fn predicts(parameters: &Dict<'_>) -> bool {
    parameters.get::<i32>(b"Predictor").unwrap_or(1) > 1
}

/// Rows that a prediction goes over have a length that some page could have.
fn sane(parameters: &Dict<'_>) -> bool {
    let between = |key: &[u8], most: i32| match parameters.get::<Object<'_>>(key) {
        None => true,
        Some(Object::Number(number)) => (1..=i64::from(most)).contains(&number.as_i64()),
        Some(_) => false,
    };
    !predicts(parameters)
        || between(b"Columns", 1 << 16) && between(b"Colors", 32) && between(b"BitsPerComponent", 16)
}
