//! A PDF written anew before it is opened: decrypted, object streams unfolded, every stream measured, its table of contents right.
//!
//! Why: the reader inflates whatever a dictionary tells it to, to any size, and looks for objects inside of other objects' data when
//! a table lies. In what it gets from here there is nothing left to be told or to look for.

use std::borrow::Cow;

use hayro::hayro_syntax::object::{Dict, FromBytes, MaybeRef, Name, Object, ObjectIdentifier};
use hayro::hayro_syntax::{LoadPdfError, Pdf};

use super::filters::{self, Budget};
use super::pixels;
use super::scan::{self, Body, Found};
use super::write::{self, File};
use crate::DocumentError;
use crate::limits::Clock;

/// Under this key a stream's dictionary waits inside another one, where it has no effect on the stream.
const KEPT: &[u8] = b"K";
/// What is said anew of a stream, or must not be said.
const SAID_ANEW: [&[u8]; 8] =
    [b"Length", b"Filter", b"F", b"DecodeParms", b"DP", b"FFilter", b"FDecodeParms", b"DL"];

/// The same document, safe to be opened.
pub fn plain(bytes: &[u8], clock: &Clock) -> Result<Vec<u8>, DocumentError> {
    let found = scan::scan(bytes, clock)?;
    let (trailers, mut objects) = (found.trailers, found.objects);
    let mut budget = Budget::new();
    if let Some(encryption) = encryption(&trailers) {
        objects = decrypted(objects, &encryption, clock)?;
    }
    let objects = scan::unfold(objects, &mut budget, clock)?;
    let ids: Vec<ObjectIdentifier> =
        objects.iter().map(|found| ObjectIdentifier::new(found.number, found.generation)).collect();
    let wrapped = wrapped(objects, b"")?;
    let size = wrapped.len();
    let reader =
        Pdf::new(wrapped).map_err(|_| DocumentError::Damaged("its objects cannot be read".into()))?;
    let root =
        root(&reader, &trailers, &ids).ok_or_else(|| DocumentError::Damaged("it has no root".into()))?;
    let mut file = File::new(size);
    for id in ids {
        clock.check()?;
        put(&reader, id, &mut file, &mut budget)?;
    }
    Ok(file.end(format!("/Root {} {} R", root.obj_number, root.gen_number).as_bytes()))
}

/// One object, if it is something that may be decoded.
fn put(
    reader: &Pdf,
    id: ObjectIdentifier,
    file: &mut File,
    budget: &mut Budget,
) -> Result<(), DocumentError> {
    let (number, generation) = (id.obj_number, id.gen_number);
    match reader.xref().get::<Object<'_>>(id) {
        Some(Object::Stream(stream)) => {
            let Some(dict) = stream.dict().get::<Dict<'_>>(KEPT) else { return Ok(()) };
            if dict.get::<Name<'_>>(b"Type").is_some_and(|name| matches!(name.as_ref(), b"ObjStm" | b"XRef"))
            {
                return Ok(());
            }
            let data = stream.raw_data();
            let Some(vetted) = filters::vet(&dict, &data, budget)? else { return Ok(()) };
            pixels::check(&dict, &vetted)?;
            let mut open = write::open_dict_without(&dict, &SAID_ANEW);
            if let Some((filter, parameters)) = vetted.filter {
                open.extend_from_slice(format!("/Filter/{filter}/DecodeParms ").as_bytes());
                open.extend_from_slice(&parameters);
            }
            file.stream(number, generation, &open, &vetted.data);
        }
        Some(object) => file.value(number, generation, &write::object(&object)),
        None => {}
    }
    Ok(())
}

/// The file's objects in a file of ours in which no stream has a filter. `trailer` may say how they are encrypted.
fn wrapped(objects: Vec<Found<'_>>, trailer: &[u8]) -> Result<Vec<u8>, DocumentError> {
    let size = objects.iter().map(|found| 64 + found.body.len()).sum();
    let root = objects.iter().map(|found| found.number).max().unwrap_or(0) + 1;
    let mut file = File::new(size);
    for Found { number, generation, body } in objects {
        match body {
            Body::Value(value) => file.value(number, generation, &value),
            Body::Stream { dict, data } => {
                let open = [b"<</", KEPT, b" ", &dict].concat();
                file.stream(number, generation, &open, &data);
            }
        }
    }
    // The reader wants pages; those of the document come later.
    file.value(root, 0, format!("<</Type/Catalog/Pages {} 0 R>>", root + 1).as_bytes());
    file.value(root + 1, 0, format!("<</Type/Pages/Count 1/Kids[{} 0 R]>>", root + 2).as_bytes());
    file.value(root + 2, 0, format!("<</Type/Page/Parent {} 0 R/MediaBox[0 0 9 9]>>", root + 1).as_bytes());
    Ok(file.end(&[format!("/Root {root} 0 R ").as_bytes(), trailer].concat()))
}

/// What a trailer says of the encryption, as entries for a trailer of ours.
fn encryption(trailers: &[&[u8]]) -> Option<Vec<u8>> {
    trailers.iter().find_map(|trailer| {
        let dict = Dict::from_bytes(trailer)?;
        let entry = |key: &[u8]| match dict.get_raw::<Object<'_>>(key)? {
            MaybeRef::Ref(to) => Some(format!("{} {} R", to.obj_number, to.gen_number).into_bytes()),
            MaybeRef::NotRef(Object::Null(_)) => None,
            MaybeRef::NotRef(object) => Some(write::object(&object)),
        };
        let encrypt = entry(b"Encrypt")?;
        let id = entry(b"ID").unwrap_or_else(|| b"[<><>]".to_vec());
        Some([b"/Encrypt ", encrypt.as_slice(), b" /ID ", id.as_slice()].concat())
    })
}

/// With the empty password: what only forbids printing or copying opens with it.
fn decrypted<'a>(
    objects: Vec<Found<'a>>,
    encryption: &[u8],
    clock: &Clock,
) -> Result<Vec<Found<'a>>, DocumentError> {
    let ids: Vec<(u32, i32)> = objects.iter().map(|found| (found.number, found.generation)).collect();
    let reader = Pdf::new(wrapped(objects, encryption)?).map_err(|error| match error {
        LoadPdfError::Decryption(_) => DocumentError::Encrypted,
        LoadPdfError::Invalid => DocumentError::Damaged("its encryption cannot be read".into()),
    })?;
    let mut plain = Vec::with_capacity(ids.len());
    for (number, generation) in ids {
        clock.check()?;
        let body = match reader.xref().get::<Object<'_>>(ObjectIdentifier::new(number, generation)) {
            Some(Object::Stream(stream)) => {
                let Some(dict) = stream.dict().get::<Dict<'_>>(KEPT) else { continue };
                Body::Stream {
                    dict: Cow::Owned(write::dict(&dict)),
                    data: Cow::Owned(stream.raw_data().into_owned()),
                }
            }
            Some(object) => Body::Value(Cow::Owned(write::object(&object))),
            None => continue,
        };
        plain.push(Found { number, generation, body });
    }
    Ok(plain)
}

/// The catalog that a trailer names, else the last one there is.
fn root(reader: &Pdf, trailers: &[&[u8]], ids: &[ObjectIdentifier]) -> Option<ObjectIdentifier> {
    let catalog = |id: ObjectIdentifier| Some(reader.xref().get::<Dict<'_>>(id)?.contains_key(b"Pages"));
    let named = trailers
        .iter()
        .filter_map(|trailer| Some(ObjectIdentifier::from(Dict::from_bytes(trailer)?.get_ref(b"Root")?)));
    named.chain(ids.iter().rev().copied()).find(|id| catalog(*id) == Some(true))
}

impl Body<'_> {
    fn len(&self) -> usize {
        match self {
            Body::Value(value) => value.len(),
            Body::Stream { dict, data } => dict.len() + data.len(),
        }
    }
}
