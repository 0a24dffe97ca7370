//! Bytes to lines, and lines to texts. Whatever is wrong with a line is that line's fault alone.

use std::fmt;

use contract::classification::text_fault;
use contract::limits::{MAX_BATCH_LINE, MAX_CUSTOM_ID_CHARS};
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A line's own name for itself, echoed in its result.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum CustomId {
    Text(String),
    /// As it was written.
    Number(Box<RawValue>),
}

/// A text to work on.
#[derive(Debug, Clone)]
pub struct Entry {
    pub text: String,
    pub custom_id: Option<CustomId>,
}

/// Why a line has no result.
#[derive(Debug, Clone)]
pub struct LineFault {
    pub sentence: &'static str,
    pub custom_id: Option<CustomId>,
}

/// A line that is not blank.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its place among the lines of the shard, blank ones included, from 0.
    pub number: i64,
    pub content: Result<Entry, LineFault>,
}

const TOO_LONG: &str = "the line is longer than 1048576 bytes";
const NOT_UTF8: &str = "the line is not valid UTF-8";
const NOT_JSON: &str = "the line is not a JSON object";
const NO_TEXT: &str = "text is missing";
const TEXT_NOT_TEXT: &str = "text is not a string";
const BAD_ID: &str = "custom_id is not a string of up to 512 characters or a number";
const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Cuts a stream of bytes into the lines that start in a range of it. Holds no more than one line.
#[derive(Debug)]
pub struct Splitter {
    line: Vec<u8>,
    is_too_long: bool,
    /// Of the byte to come, and of the first byte of the line it belongs to.
    position: u64,
    start: u64,
    /// The line in which the range begins belongs to the shard before.
    skips: bool,
    /// Lines that start here or later are not ours.
    until: u64,
    number: i64,
}

impl Splitter {
    /// Of the range `from..until`. `skips`: the byte before `from` is given first, and what it ends in is not ours. `number`:
    /// lines of the shard that came before.
    pub fn new(from: u64, until: u64, skips: bool, number: i64) -> Self {
        let position = if skips { from.saturating_sub(1) } else { from };
        Self { line: Vec::new(), is_too_long: false, position, start: from, skips, until, number }
    }

    /// Where the next line starts.
    pub fn start(&self) -> u64 {
        self.start
    }

    /// Lines of the shard so far, blank ones included.
    pub fn number(&self) -> i64 {
        self.number
    }

    /// Whether all lines of the range have been given out.
    pub fn is_done(&self) -> bool {
        // What is left of a line that is too long changes nothing any more.
        let is_past = self.position >= self.until;
        is_past && (self.skips || self.start >= self.until)
    }

    /// Takes bytes up to the end of a line. Returns how many, and the line, unless it is blank or not ended.
    pub fn take(&mut self, bytes: &[u8]) -> (usize, Option<Line>) {
        let end = memchr::memchr(b'\n', bytes);
        let taken = end.map_or(bytes.len(), |end| end + 1);
        self.position += taken as u64;
        if self.skips {
            if end.is_some() {
                (self.skips, self.start) = (false, self.position);
            }
            return (taken, None);
        }
        self.keep(&bytes[..end.unwrap_or(bytes.len())]);
        let is_cut = self.is_too_long && self.position >= self.until;
        (taken, if end.is_some() || is_cut { self.finish() } else { None })
    }

    /// The last line of a file that does not end with a newline.
    pub fn end(&mut self) -> Option<Line> {
        let line = if self.skips || self.position == self.start { None } else { self.finish() };
        (self.skips, self.start, self.until) = (false, self.position, self.position);
        line
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.is_too_long || self.line.len() + bytes.len() > MAX_BATCH_LINE + BOM.len() + 1 {
            self.is_too_long = true;
            self.line = Vec::new();
        } else {
            self.line.extend_from_slice(bytes);
        }
    }

    fn finish(&mut self) -> Option<Line> {
        let mut line: &[u8] = &self.line;
        if self.start == 0 {
            line = line.strip_prefix(BOM).unwrap_or(line);
        }
        line = line.strip_suffix(b"\r").unwrap_or(line);
        let number = self.number;
        let content = if self.is_too_long || line.len() > MAX_BATCH_LINE {
            Some(Err(LineFault { sentence: TOO_LONG, custom_id: None }))
        } else if line.iter().all(u8::is_ascii_whitespace) {
            None
        } else {
            Some(parse(line))
        };
        self.line.clear();
        (self.is_too_long, self.start, self.number) = (false, self.position, number + 1);
        content.map(|content| Line { number, content })
    }
}

/// What a line says, other members being ignored. Why raw: a number goes back as it came, whatever its size.
#[derive(Default)]
struct Members<'a> {
    text: Option<&'a RawValue>,
    custom_id: Option<&'a RawValue>,
}

fn parse(line: &[u8]) -> Result<Entry, LineFault> {
    let fault = |sentence| LineFault { sentence, custom_id: None };
    let line = std::str::from_utf8(line).map_err(|_| fault(NOT_UTF8))?;
    let members: Members = serde_json::from_str(line).map_err(|_| fault(NOT_JSON))?;
    let custom_id = members.custom_id.map(named).transpose().map_err(fault)?.flatten();
    let text = match members.text.map(RawValue::get) {
        None | Some("null") => return Err(LineFault { sentence: NO_TEXT, custom_id }),
        Some(text) if text.starts_with('"') => text,
        Some(_) => return Err(LineFault { sentence: TEXT_NOT_TEXT, custom_id }),
    };
    let Ok(text) = serde_json::from_str::<String>(text) else {
        return Err(LineFault { sentence: NOT_JSON, custom_id });
    };
    match text_fault(&text) {
        Some(sentence) => Err(LineFault { sentence, custom_id }),
        None => Ok(Entry { text, custom_id }),
    }
}

/// What a line calls itself.
fn named(id: &RawValue) -> Result<Option<CustomId>, &'static str> {
    let fits = |id: &str| id.chars().count() <= MAX_CUSTOM_ID_CHARS;
    match id.get() {
        "null" => Ok(None),
        text if text.starts_with('"') => {
            let id: String = serde_json::from_str(text).map_err(|_| NOT_JSON)?;
            if fits(&id) { Ok(Some(CustomId::Text(id))) } else { Err(BAD_ID) }
        }
        number
            if number.starts_with(|first: char| first == '-' || first.is_ascii_digit()) && fits(number) =>
        {
            Ok(Some(CustomId::Number(id.to_owned())))
        }
        _ => Err(BAD_ID),
    }
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            /// Of a member that stands there twice the last counts, as in most readers of JSON.
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Members::default();
                while let Some(name) = map.next_key::<std::borrow::Cow<'_, str>>()? {
                    match &*name {
                        "text" => members.text = Some(map.next_value()?),
                        "custom_id" => members.custom_id = Some(map.next_value()?),
                        _ => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Object)
    }
}

#[cfg(test)]
mod tests;
