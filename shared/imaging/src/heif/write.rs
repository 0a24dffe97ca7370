//! A HEIF file with one picture: the smallest that every reader takes, without times or names, so that equal pictures are
//! equal files.

use super::{Cicp, Codec};

/// What the file holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Picture<'a> {
    pub codec: Codec,
    /// Pixels.
    pub width: u32,
    pub height: u32,
    /// Bits of a sample of each plane: three planes, or one of grey.
    pub bits: &'a [u8],
    /// The body of `av1C` or `hvcC`.
    pub config: &'a [u8],
    pub data: &'a [u8],
    pub cicp: Option<Cicp>,
    /// Configuration and data of an opacity of the same size and depth.
    pub alpha: Option<(&'a [u8], &'a [u8])>,
    /// A TIFF structure.
    pub exif: Option<&'a [u8]>,
}

const ALPHA: &[u8] = b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0";

fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let size = (body.len() + 8) as u32;
    [&size.to_be_bytes()[..], kind, body].concat()
}

/// A box with a version and flags of zero.
fn full(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    boxed(kind, &[&[0; 4], body].concat())
}

/// An item in the making: its kind, its bytes, its properties by number from 1.
struct Item {
    kind: [u8; 4],
    data: Vec<u8>,
    properties: Vec<u8>,
}

/// The properties of a file, numbered from 1.
#[derive(Default)]
struct Properties(Vec<Vec<u8>>);

impl Properties {
    fn add(&mut self, property: Vec<u8>) -> u8 {
        self.0.push(property);
        self.0.len() as u8
    }
}

/// A number whose property no reader may pass over.
const ESSENTIAL: u8 = 0x80;

/// Puts the file together.
pub(crate) fn write(picture: &Picture<'_>) -> Vec<u8> {
    let (kind, config, brands): (_, _, &[u8]) = match picture.codec {
        Codec::Av1 => (*b"av01", b"av1C", b"avif\0\0\0\0avifmif1miaf"),
        Codec::Hevc => (*b"hvc1", b"hvcC", b"heic\0\0\0\0heicmif1"),
    };
    let mut properties = Properties::default();
    let size = [picture.width.to_be_bytes(), picture.height.to_be_bytes()].concat();
    let size = properties.add(full(b"ispe", &size));
    let depth = [&[picture.bits.len() as u8], picture.bits].concat();
    let mut of_color = vec![size, properties.add(full(b"pixi", &depth))];
    of_color.push(ESSENTIAL | properties.add(boxed(config, picture.config)));
    if let Some(Cicp { primaries, transfer, matrix, full_range }) = picture.cicp {
        let mut body = b"nclx".to_vec();
        body.extend([primaries, transfer, matrix].iter().flat_map(|value| value.to_be_bytes()));
        body.push(u8::from(full_range) << 7);
        of_color.push(properties.add(boxed(b"colr", &body)));
    }
    let mut items = vec![Item { kind, data: picture.data.to_vec(), properties: of_color }];
    let mut references = Vec::new();
    if let Some((alpha_config, data)) = picture.alpha {
        let depth = properties.add(full(b"pixi", &[1, picture.bits[0]]));
        let of_alpha = vec![
            size,
            depth,
            ESSENTIAL | properties.add(boxed(config, alpha_config)),
            properties.add(full(b"auxC", ALPHA)),
        ];
        items.push(Item { kind, data: data.to_vec(), properties: of_alpha });
        references.extend(to_first(b"auxl", items.len()));
    }
    if let Some(tiff) = picture.exif {
        let data = [&[0; 4], tiff].concat();
        items.push(Item { kind: *b"Exif", data, properties: Vec::new() });
        references.extend(to_first(b"cdsc", items.len()));
    }
    let start = boxed(b"ftyp", brands);
    // Why twice: the places depend on the length of the box that holds them, which does not depend on the places.
    let length = start.len() + meta(&items, &properties, &references, 0).len() + 8;
    let meta = meta(&items, &properties, &references, length);
    let data: Vec<u8> = items.iter().flat_map(|item| item.data.iter().copied()).collect();
    [start, meta, boxed(b"mdat", &data)].concat()
}

/// A reference from item `from` to item 1.
fn to_first(kind: &[u8; 4], from: usize) -> Vec<u8> {
    boxed(kind, &[0, from as u8, 0, 1, 0, 1])
}

/// The box of everything but the data, which begins at `data_at` of the file.
fn meta(items: &[Item], properties: &Properties, references: &[u8], data_at: usize) -> Vec<u8> {
    let mut entries = (items.len() as u16).to_be_bytes().to_vec();
    // Offsets and lengths of four bytes, no base.
    let mut places = b"\x44\0".to_vec();
    places.extend((items.len() as u16).to_be_bytes());
    let mut associations = Vec::new();
    let mut associated = 0u32;
    let mut at = data_at;
    for (number, item) in (1u16..).zip(items) {
        let id = number.to_be_bytes();
        let mut entry = vec![2, 0, 0, 0];
        entry.extend([&id[..], &[0, 0], &item.kind, b"\0"].concat());
        entries.extend(boxed(b"infe", &entry));
        // In this file, in one piece.
        places.extend([&id[..], &[0, 0, 0, 1]].concat());
        places.extend([(at as u32).to_be_bytes(), (item.data.len() as u32).to_be_bytes()].concat());
        at += item.data.len();
        if !item.properties.is_empty() {
            associated += 1;
            associations.extend([&id[..], &[item.properties.len() as u8], &item.properties].concat());
        }
    }
    let associations = [&associated.to_be_bytes()[..], &associations].concat();
    let of_items = [boxed(b"ipco", &properties.0.concat()), full(b"ipma", &associations)].concat();
    let mut body = full(b"hdlr", b"\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0\0");
    body.extend(full(b"pitm", &[0, 1]));
    body.extend(full(b"iloc", &places));
    body.extend(full(b"iinf", &entries));
    if !references.is_empty() {
        body.extend(full(b"iref", references));
    }
    body.extend(boxed(b"iprp", &of_items));
    full(b"meta", &body)
}
