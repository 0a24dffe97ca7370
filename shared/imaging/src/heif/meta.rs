//! The `meta` box of a HEIF file (ISO/IEC 23008-12): items, where their bytes are, how they refer to each other and which
//! properties they have. Tables are read once, so that no file takes time that grows faster than its length.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::Fault;
use super::bytes::{Bytes, NamedBox};

/// A grid of 256 x 256 tiles and what belongs to it.
const MAX_ITEMS: usize = 70_000;
/// Of properties to items, of items to items and of pieces to items.
const MAX_LINKS: usize = 500_000;

#[derive(Debug, Clone, Copy)]
pub(super) struct Item<'a> {
    /// Such as `av01`.
    pub kind: [u8; 4],
    /// The media type of an item of kind `mime`.
    pub media_type: &'a [u8],
}

/// Where an item's bytes are.
#[derive(Debug, Clone, Default)]
struct Place {
    /// 0 = the file, 1 = the `idat` box.
    method: u16,
    /// Another file, where it is not 0.
    reference: u16,
    /// Offset and length; a length of 0 means all.
    pieces: Vec<(u64, u64)>,
}

#[derive(Debug, Default)]
pub(super) struct Meta<'a> {
    file: &'a [u8],
    data: &'a [u8],
    pub primary: Option<u32>,
    items: BTreeMap<u32, Item<'a>>,
    places: BTreeMap<u32, Place>,
    /// By kind and the item they go from.
    references: BTreeMap<([u8; 4], u32), Vec<u32>>,
    properties: Vec<NamedBox<'a>>,
    /// Indices into `properties`, in order, and whether the item cannot be shown without.
    associations: BTreeMap<u32, Vec<(usize, bool)>>,
}

impl<'a> Meta<'a> {
    /// Finds and reads the `meta` box.
    pub(super) fn read(file: &'a [u8]) -> Result<Self, Fault> {
        let mut top = Bytes(file);
        let mut sequence = false;
        // What follows the box does not matter, not even whether it is whole.
        while let Some((kind, body)) = top.next_box()? {
            match &kind {
                b"meta" => return Self::read_box(file, body),
                b"moov" => sequence = true,
                _ => {}
            }
        }
        Err(if sequence {
            Fault::Unsupported("HEIF sequences without a still picture")
        } else {
            Fault::Corrupt("it has no picture")
        })
    }

    fn read_box(file: &'a [u8], body: &'a [u8]) -> Result<Self, Fault> {
        let mut meta = Self { file, ..Self::default() };
        let mut bytes = Bytes(body);
        bytes.version()?;
        while let Some((kind, body)) = bytes.next_box()? {
            match &kind {
                b"pitm" => meta.primary = Some(primary(Bytes(body))?),
                b"iinf" => meta.read_items(Bytes(body))?,
                b"iloc" => meta.read_places(Bytes(body))?,
                b"iref" => meta.read_references(Bytes(body))?,
                b"iprp" => meta.read_properties(Bytes(body))?,
                b"idat" => meta.data = body,
                _ => {}
            }
        }
        Ok(meta)
    }

    fn read_items(&mut self, mut bytes: Bytes<'a>) -> Result<(), Fault> {
        let (version, _) = bytes.version()?;
        bytes.take(if version == 0 { 2 } else { 4 })?;
        while let Some((kind, body)) = bytes.next_box()? {
            let mut entry = Bytes(body);
            let (version, _) = entry.version()?;
            // Earlier versions are of files without pictures.
            if kind != *b"infe" || version < 2 {
                continue;
            }
            let id = entry.number(if version == 2 { 2 } else { 4 })? as u32;
            entry.u16()?;
            let kind = entry.kind()?;
            entry.text();
            self.items.insert(id, Item { kind, media_type: entry.text() });
            bounded(self.items.len(), MAX_ITEMS)?;
        }
        Ok(())
    }

    fn read_places(&mut self, mut bytes: Bytes<'a>) -> Result<(), Fault> {
        let (version, _) = bytes.version()?;
        let sizes = bytes.u16()?;
        let size = |shift: u32| usize::from(sizes >> shift & 15);
        let (of_offset, of_length, of_base) = (size(12), size(8), size(4));
        let of_index = if version == 0 { 0 } else { size(0) };
        if [of_offset, of_length, of_base, of_index].iter().any(|size| !matches!(size, 0 | 4 | 8)) {
            return Err(Fault::Corrupt("the places of its items are not valid"));
        }
        let of_id = if version < 2 { 2 } else { 4 };
        let count = bytes.number(of_id)?;
        let mut links = 0;
        for _ in 0..count {
            let id = bytes.number(of_id)? as u32;
            let method = if version == 0 { 0 } else { bytes.u16()? & 15 };
            let reference = bytes.u16()?;
            let base = bytes.number(of_base)?;
            let pieces = bytes.u16()?;
            links += 1 + usize::from(pieces);
            bounded(links, MAX_LINKS)?;
            let mut place = Place { method, reference, pieces: Vec::new() };
            for _ in 0..pieces {
                bytes.take(of_index)?;
                let offset = base.checked_add(bytes.number(of_offset)?);
                let offset = offset.ok_or(Fault::Corrupt("an item is outside of the file"))?;
                place.pieces.push((offset, bytes.number(of_length)?));
            }
            self.places.insert(id, place);
        }
        Ok(())
    }

    fn read_references(&mut self, mut bytes: Bytes<'a>) -> Result<(), Fault> {
        let (version, _) = bytes.version()?;
        let of_id = if version == 0 { 2 } else { 4 };
        let mut links = 0;
        while let Some((kind, body)) = bytes.next_box()? {
            let mut entry = Bytes(body);
            let from = entry.number(of_id)? as u32;
            let count = entry.u16()?;
            links += 1 + usize::from(count);
            bounded(links, MAX_LINKS)?;
            let targets = self.references.entry((kind, from)).or_default();
            for _ in 0..count {
                targets.push(entry.number(of_id)? as u32);
            }
        }
        Ok(())
    }

    fn read_properties(&mut self, mut bytes: Bytes<'a>) -> Result<(), Fault> {
        let mut links = 0;
        while let Some((kind, body)) = bytes.next_box()? {
            let mut bytes = Bytes(body);
            if kind == *b"ipco" {
                while let Some(property) = bytes.next_box()? {
                    self.properties.push(property);
                    bounded(self.properties.len(), MAX_ITEMS)?;
                }
            } else if kind == *b"ipma" {
                let (version, flags) = bytes.version()?;
                for _ in 0..bytes.u32()? {
                    let id = bytes.number(if version == 0 { 2 } else { 4 })? as u32;
                    let count = bytes.u8()?;
                    links += 1 + usize::from(count);
                    bounded(links, MAX_LINKS)?;
                    let list = self.associations.entry(id).or_default();
                    for _ in 0..count {
                        let (bits, value) =
                            if flags & 1 == 1 { (15, bytes.u16()?) } else { (7, bytes.u8()?.into()) };
                        let index = usize::from(value & ((1 << bits) - 1));
                        // 0 is none.
                        list.extend(index.checked_sub(1).map(|index| (index, value >> bits == 1)));
                    }
                }
            }
        }
        Ok(())
    }

    pub(super) fn item(&self, id: u32) -> Result<Item<'a>, Fault> {
        self.items.get(&id).copied().ok_or(Fault::Corrupt("an item is missing"))
    }

    pub(super) fn items(&self) -> impl Iterator<Item = (u32, Item<'a>)> {
        self.items.iter().map(|(id, item)| (*id, *item))
    }

    /// The items that `from` refers to.
    pub(super) fn references(&self, kind: [u8; 4], from: u32) -> &[u32] {
        self.references.get(&(kind, from)).map_or(&[], Vec::as_slice)
    }

    /// The properties of an item in their order, with whether it cannot be shown without.
    pub(super) fn properties(&self, id: u32) -> impl Iterator<Item = (NamedBox<'a>, bool)> {
        let list = self.associations.get(&id).map_or(&[][..], Vec::as_slice);
        list.iter().filter_map(|(index, essential)| Some((*self.properties.get(*index)?, *essential)))
    }

    pub(super) fn property(&self, id: u32, wanted: &[u8; 4]) -> Option<&'a [u8]> {
        self.properties(id).find(|((kind, _), _)| kind == wanted).map(|((_, body), _)| body)
    }

    /// The bytes of an item; copied only where they stand in several pieces.
    pub(super) fn data(&self, id: u32) -> Result<Cow<'a, [u8]>, Fault> {
        let place = self.places.get(&id).ok_or(Fault::Corrupt("an item has no place"))?;
        let whole = match (place.method, place.reference) {
            (0, 0) => self.file,
            (1, 0) => self.data,
            _ => return Err(Fault::Unsupported("HEIF files whose items are parts of other files or items")),
        };
        let mut joined = Vec::new();
        for (offset, length) in &place.pieces {
            let piece = usize::try_from(*offset).ok().and_then(|offset| whole.get(offset..));
            let piece = piece.and_then(|rest| match length {
                0 => Some(rest),
                length => rest.get(..usize::try_from(*length).ok()?),
            });
            let piece = piece.ok_or(Fault::Corrupt("an item is outside of the file"))?;
            if place.pieces.len() == 1 {
                return Ok(Cow::Borrowed(piece));
            }
            // Why: pieces may overlap, and then a small file could claim any length.
            if joined.len() + piece.len() > whole.len() {
                return Err(Fault::Corrupt("an item is longer than the file"));
            }
            joined.extend_from_slice(piece);
        }
        Ok(Cow::Owned(joined))
    }
}

fn primary(mut bytes: Bytes<'_>) -> Result<u32, Fault> {
    let (version, _) = bytes.version()?;
    Ok(bytes.number(if version == 0 { 2 } else { 4 })? as u32)
}

fn bounded(count: usize, limit: usize) -> Result<(), Fault> {
    if count > limit { Err(Fault::Corrupt("it has too many items")) } else { Ok(()) }
}
