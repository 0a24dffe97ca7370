//! The objects of a PDF by walking over its bytes, in place of its own tables of contents: these may be missing, wrong or a trap.

use std::borrow::Cow;
use std::collections::HashMap;

use hayro::hayro_syntax::object::{Dict, FromBytes, Name, Object};
use memchr::memmem;

use super::filters::{self, Budget};
use crate::DocumentError;
use crate::limits::Clock;

const MAX_OBJECTS: usize = 400_000;
/// A dictionary or value written directly; arrays of a million numbers fit.
const MAX_VALUE_BYTES: usize = 8 << 20;
/// Objects that cannot be read; each may have cost the look at a whole value.
const MAX_FAILURES: usize = 64;
const MAX_TRAILERS: usize = 16;

/// One object, not looked into further than to its end.
pub struct Found<'a> {
    pub number: u32,
    pub generation: i32,
    pub body: Body<'a>,
}

pub enum Body<'a> {
    Value(Cow<'a, [u8]>),
    Stream { dict: Cow<'a, [u8]>, data: Cow<'a, [u8]> },
}

/// What a file holds; of each object the last version.
pub struct Scan<'a> {
    pub objects: Vec<Found<'a>>,
    /// Dictionaries that may name the root and the encryption, the likeliest first.
    pub trailers: Vec<&'a [u8]>,
}

/// Walks over the file once; what is inside of an object is not taken for another.
pub fn scan<'a>(bytes: &'a [u8], clock: &Clock) -> Result<Scan<'a>, DocumentError> {
    let finder = memmem::Finder::new(b"obj");
    let (mut objects, mut trailers) = (Latest::default(), trailers(bytes));
    let (mut at, mut failures) = (0, 0);
    while let Some(found) = finder.find(&bytes[at..]) {
        let keyword = at + found;
        at = keyword + 3;
        let Some((number, generation)) = header(&bytes[..keyword]) else { continue };
        clock.check()?;
        match body(bytes, at) {
            Some((body, end)) => {
                at = end.max(at);
                if !is_xref(&body, &mut trailers) {
                    objects.put(Found { number, generation, body })?;
                }
            }
            None if failures < MAX_FAILURES => failures += 1,
            None => return Err(DocumentError::Damaged("most of its objects cannot be read".into())),
        }
    }
    Ok(Scan { objects: objects.list, trailers })
}

/// Objects in the order of the file, a later one in the place of an earlier of the same number.
#[derive(Default)]
struct Latest<'a> {
    list: Vec<Found<'a>>,
    places: HashMap<u32, usize>,
}

impl<'a> Latest<'a> {
    fn put(&mut self, found: Found<'a>) -> Result<(), DocumentError> {
        if let Some(place) = self.places.get(&found.number) {
            self.list[*place] = found;
            return Ok(());
        }
        if self.list.len() == MAX_OBJECTS {
            return Err(DocumentError::Bomb("too many objects"));
        }
        self.places.insert(found.number, self.list.len());
        self.list.push(found);
        Ok(())
    }
}

/// Object streams replaced by the objects in them. Their own streams must be readable by now: not encrypted.
pub fn unfold<'a>(
    objects: Vec<Found<'a>>,
    budget: &mut Budget,
    clock: &Clock,
) -> Result<Vec<Found<'a>>, DocumentError> {
    let mut all = Latest::default();
    for found in objects {
        clock.check()?;
        let inner = match &found.body {
            Body::Stream { dict, data } if is_type(dict, b"ObjStm") => members(dict, data, budget)?,
            _ => {
                all.put(found)?;
                continue;
            }
        };
        for (number, value) in inner {
            all.put(Found { number, generation: 0, body: Body::Value(Cow::Owned(value)) })?;
        }
    }
    Ok(all.list)
}

fn members(dict: &[u8], data: &[u8], budget: &mut Budget) -> Result<Vec<(u32, Vec<u8>)>, DocumentError> {
    let Some(dict) = Dict::from_bytes(dict) else { return Ok(Vec::new()) };
    let Some(data) = filters::decode_all(&dict, data, budget)? else { return Ok(Vec::new()) };
    let first = dict.get::<u32>(b"First").unwrap_or(0) as usize;
    let Some(head) = data.get(..first) else { return Ok(Vec::new()) };
    let numbers = head
        .split(u8::is_ascii_whitespace)
        .filter_map(|word| std::str::from_utf8(word).ok()?.parse::<u32>().ok());
    let numbers: Vec<u32> = numbers.take(2 * MAX_OBJECTS).collect();
    let mut members: Vec<(usize, u32)> =
        numbers.chunks_exact(2).map(|pair| (first + pair[1] as usize, pair[0])).collect();
    members.sort_unstable();
    // Why: two members at one place would make one text into any number of objects.
    members.dedup_by_key(|member| member.0);
    let ends: Vec<usize> = members.iter().skip(1).map(|member| member.0).chain([data.len()]).collect();
    let texts = members
        .iter()
        .zip(ends)
        .filter_map(|((start, number), end)| Some((*number, data.get(*start..end.min(data.len()))?)));
    Ok(texts
        .filter(|(_, text)| Object::from_bytes(text).is_some())
        .map(|(number, text)| (number, text.to_vec()))
        .collect())
}

/// Number and generation that stand before the keyword.
fn header(before: &[u8]) -> Option<(u32, i32)> {
    let before = &before[before.len().saturating_sub(32)..];
    let (rest, generation) = last_number(before.trim_ascii_end())?;
    let trimmed = rest.trim_ascii_end();
    let (_, number) = (trimmed.len() < rest.len()).then(|| last_number(trimmed))??;
    Some((u32::try_from(number).ok()?, i32::try_from(generation).ok()?))
}

fn last_number(bytes: &[u8]) -> Option<(&[u8], u64)> {
    let digits = bytes.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let (rest, number) = bytes.split_at(bytes.len() - digits);
    Some((rest, std::str::from_utf8(number).ok()?.parse().ok()?))
}

/// What an object is, and where it ends.
fn body(bytes: &[u8], start: usize) -> Option<(Body<'_>, usize)> {
    let start = start + blank(&bytes[start..]);
    let window = &bytes[start..bytes.len().min(start + MAX_VALUE_BYTES)];
    if !window.starts_with(b"<<") {
        let value = &window[..memmem::find(window, b"endobj")?];
        Object::from_bytes(value)?;
        return Some((Body::Value(Cow::Borrowed(value)), start + value.len()));
    }
    let dict = Dict::from_bytes(window)?;
    let raw = dict.data();
    let end = start + raw.len();
    let keyword = end + blank(&bytes[end..]);
    if !bytes[keyword..].starts_with(b"stream") {
        return Some((Body::Value(Cow::Borrowed(raw)), end));
    }
    let data = stream_data(&bytes[keyword + 6..], dict.get::<u32>(b"Length"));
    let end = keyword + 6 + data.end;
    let data = &bytes[keyword + 6..][data];
    Some((Body::Stream { dict: Cow::Borrowed(raw), data: Cow::Borrowed(data) }, end))
}

/// The range of a stream's data in what follows its keyword: by its length where that is right, else to the next end.
fn stream_data(bytes: &[u8], length: Option<u32>) -> std::ops::Range<usize> {
    let start: usize = match bytes {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    };
    if let Some(end) =
        length.and_then(|length| start.checked_add(length as usize)).filter(|end| *end <= bytes.len())
    {
        let rest = &bytes[end..bytes.len().min(end + 32)];
        if rest.trim_ascii_start().starts_with(b"endstream") {
            return start..end;
        }
    }
    let end = memmem::find(&bytes[start..], b"endstream").map_or(bytes.len(), |at| start + at);
    let end = match &bytes[start..end] {
        [.., b'\r', b'\n'] => end - 2,
        [.., b'\r' | b'\n'] => end - 1,
        _ => end,
    };
    start..end
}

/// How many bytes of white space and comments there are.
fn blank(bytes: &[u8]) -> usize {
    let mut at = 0;
    loop {
        match bytes.get(at) {
            Some(b'%') => at += bytes[at..].iter().take_while(|byte| !matches!(byte, b'\r' | b'\n')).count(),
            Some(0 | b'\t' | b'\n' | 12 | b'\r' | b' ') => at += 1,
            _ => return at,
        }
    }
}

fn trailers(bytes: &[u8]) -> Vec<&[u8]> {
    let places = memmem::rfind_iter(bytes, b"trailer").take(MAX_TRAILERS);
    let windows = places.map(|at| &bytes[at + 7..bytes.len().min(at + (64 << 10))]);
    windows.filter_map(|window| Some(Dict::from_bytes(&window[blank(window)..])?.data())).collect()
}

/// A table of contents in a stream is no object to us; its dictionary does as a trailer.
fn is_xref<'a>(body: &Body<'a>, trailers: &mut Vec<&'a [u8]>) -> bool {
    let Body::Stream { dict: Cow::Borrowed(dict), .. } = body else { return false };
    if !is_type(dict, b"XRef") {
        return false;
    }
    if trailers.len() < 2 * MAX_TRAILERS {
        trailers.insert(0, dict);
    }
    true
}

fn is_type(dict: &[u8], name: &[u8]) -> bool {
    // Only where the name occurs is the dictionary worth reading; one with escapes in its type's name is of no type.
    memmem::find(dict, name).is_some()
        && Dict::from_bytes(dict)
            .and_then(|dict| dict.get::<Name<'_>>(b"Type"))
            .is_some_and(|found| found.as_ref() == name)
}
