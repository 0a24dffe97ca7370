//! PDF text of our own: objects, and a file of them with a table of contents that is right.

use hayro::hayro_syntax::object::{Dict, MaybeRef, Object};

/// Nesting of dictionaries and arrays within one object; no honest one comes near.
const MAX_DEPTH: usize = 24;

/// A dictionary, references kept as they are.
pub fn dict(dict: &Dict<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    put_dict(dict, &mut out, 0, &[]);
    out
}

/// A dictionary without these keys, not closed yet: more entries can follow.
pub fn open_dict_without(dict: &Dict<'_>, keys: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    put_dict(dict, &mut out, 0, keys);
    out.truncate(out.len() - 2);
    out
}

/// Any object but a stream.
pub fn object(object: &Object<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    put(object, &mut out, 0);
    out
}

fn put_dict(dict: &Dict<'_>, out: &mut Vec<u8>, depth: usize, without: &[&[u8]]) {
    out.extend_from_slice(b"<<");
    for (key, value) in dict.entries().filter(|(key, _)| !without.contains(&key.as_ref())) {
        put_name(&key, out);
        out.push(b' ');
        put_entry(value, out, depth);
    }
    out.extend_from_slice(b">>");
}

fn put_entry(entry: MaybeRef<Object<'_>>, out: &mut Vec<u8>, depth: usize) {
    match entry {
        MaybeRef::Ref(reference) => {
            out.extend_from_slice(format!("{} {} R ", reference.obj_number, reference.gen_number).as_bytes())
        }
        MaybeRef::NotRef(object) => put(&object, out, depth + 1),
    }
}

fn put(object: &Object<'_>, out: &mut Vec<u8>, depth: usize) {
    match object {
        _ if depth > MAX_DEPTH => out.extend_from_slice(b"null"),
        Object::Null(_) | Object::Stream(_) => out.extend_from_slice(b"null"),
        Object::Boolean(value) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
        Object::Number(number) => {
            let value = number.as_f64();
            let text = if value.fract() == 0.0 { number.as_i64().to_string() } else { value.to_string() };
            out.extend_from_slice(text.as_bytes());
        }
        Object::String(string) => put_string(string.as_bytes(), out),
        Object::Name(name) => put_name(name, out),
        Object::Dict(dict) => put_dict(dict, out, depth, &[]),
        Object::Array(array) => {
            out.push(b'[');
            for entry in array.raw_iter() {
                put_entry(entry, out, depth);
                out.push(b' ');
            }
            out.push(b']');
        }
    }
    out.push(b' ');
}

fn put_name(name: &[u8], out: &mut Vec<u8>) {
    out.push(b'/');
    for byte in name {
        match byte {
            b'#' | b'/' | b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'%' => {
                put_escaped(*byte, out)
            }
            0x21..=0x7E => out.push(*byte),
            _ => put_escaped(*byte, out),
        }
    }
}

fn put_escaped(byte: u8, out: &mut Vec<u8>) {
    out.extend_from_slice(format!("#{byte:02X}").as_bytes());
}

fn put_string(string: &[u8], out: &mut Vec<u8>) {
    out.push(b'<');
    for byte in string {
        out.extend_from_slice(format!("{byte:02X}").as_bytes());
    }
    out.push(b'>');
}

/// A file in the making.
pub struct File {
    bytes: Vec<u8>,
    entries: Vec<(u32, i32, usize)>,
}

impl File {
    pub fn new(capacity: usize) -> Self {
        let mut bytes = Vec::with_capacity(capacity);
        bytes.extend_from_slice(b"%PDF-1.7\n");
        Self { bytes, entries: Vec::new() }
    }

    pub fn value(&mut self, number: u32, generation: i32, value: &[u8]) {
        self.begin(number, generation);
        self.bytes.extend_from_slice(value);
        self.bytes.extend_from_slice(b"\nendobj\n");
    }

    /// `open` is a dictionary that lacks its length and its end.
    pub fn stream(&mut self, number: u32, generation: i32, open: &[u8], data: &[u8]) {
        self.begin(number, generation);
        self.bytes.extend_from_slice(open);
        self.bytes.extend_from_slice(format!("/Length {}>>stream\n", data.len()).as_bytes());
        self.bytes.extend_from_slice(data);
        self.bytes.extend_from_slice(b"\nendstream\nendobj\n");
    }

    fn begin(&mut self, number: u32, generation: i32) {
        self.entries.push((number, generation, self.bytes.len()));
        self.bytes.extend_from_slice(format!("{number} {generation} obj\n").as_bytes());
    }

    /// The file; `trailer` is what its dictionary holds.
    pub fn end(mut self, trailer: &[u8]) -> Vec<u8> {
        let table = self.bytes.len();
        self.bytes.extend_from_slice(b"xref\n0 1\n0000000000 65535 f \n");
        let size = self.entries.iter().map(|entry| u64::from(entry.0) + 1).max().unwrap_or(1);
        for (number, generation, offset) in &self.entries {
            self.bytes.extend_from_slice(format!("{number} 1\n{offset:010} {generation:05} n \n").as_bytes());
        }
        self.bytes.extend_from_slice(format!("trailer\n<</Size {size} ").as_bytes());
        self.bytes.extend_from_slice(trailer);
        self.bytes.extend_from_slice(format!(">>\nstartxref\n{table}\n%%EOF\n").as_bytes());
        self.bytes
    }
}
