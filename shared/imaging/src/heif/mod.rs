//! The container of AVIF and HEIC (HEIF: ISO/IEC 23008-12; AVIF: AV1 Image File Format 1.1), read and written here; what is
//! inside the items is the codecs' business.
//!
//! Every table is bounded, every offset is checked, and slices point into the file. Transformations of the container
//! are applied and the orientation of EXIF is not, as the standard has it.

mod bytes;
mod meta;
mod transform;
mod write;

pub(crate) use transform::Crop;
pub(crate) use write::{Picture as Written, write};

use std::borrow::Cow;

use crate::orientation::Orientation;
use bytes::Bytes;
use meta::Meta;
use transform::Transform;

/// What is wrong with a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("{0}")]
    Corrupt(&'static str),
    #[error("{0}")]
    Unsupported(&'static str),
}

/// What compresses the pictures of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Codec {
    Av1,
    Hevc,
}

/// Code points of ISO/IEC 23091-2 (ITU-T H.273); 2 is unspecified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cicp {
    pub primaries: u16,
    pub transfer: u16,
    pub matrix: u16,
    pub full_range: bool,
}

/// One compressed picture.
#[derive(Debug, Clone)]
pub(crate) struct Tile<'a> {
    pub data: Cow<'a, [u8]>,
    /// The body of `av1C` or `hvcC`.
    pub config: &'a [u8],
}

/// A picture of one or several tiles of one size, row by row; the right and lower ones may reach beyond its edge.
#[derive(Debug, Clone)]
pub(crate) struct Image<'a> {
    pub width: u32,
    pub height: u32,
    pub codec: Codec,
    pub columns: u32,
    pub tile_width: u32,
    pub tile_height: u32,
    pub tiles: Vec<Tile<'a>>,
    pub cicp: Option<Cicp>,
}

/// The primary picture of a file.
#[derive(Debug, Clone)]
pub(crate) struct Still<'a> {
    pub color: Image<'a>,
    /// Its opacity, of the same size.
    pub alpha: Option<Image<'a>>,
    /// The colours are multiplied by the opacity already.
    pub premultiplied: bool,
    pub crop: Crop,
    pub orientation: Orientation,
    pub profile: Option<&'a [u8]>,
    /// A TIFF structure.
    pub exif: Option<Cow<'a, [u8]>>,
    pub xmp: Option<Cow<'a, [u8]>>,
}

const BRANDS: [(&[u8; 4], Codec); 9] = [
    (b"avif", Codec::Av1),
    (b"avis", Codec::Av1),
    (b"heic", Codec::Hevc),
    (b"heix", Codec::Hevc),
    (b"heim", Codec::Hevc),
    (b"heis", Codec::Hevc),
    (b"hevc", Codec::Hevc),
    (b"hevx", Codec::Hevc),
    (b"mif1", Codec::Hevc),
];
/// More brands than a file has use for.
const MAX_BRANDS: usize = 64;

/// Which of the two formats a file says to be, by the brands it names; `None` where it is neither.
pub(crate) fn recognise(file: &[u8]) -> Option<Codec> {
    let length = usize::try_from(u32::from_be_bytes(file.get(..4)?.try_into().ok()?)).ok()?;
    let body = file.get(8..length.min(file.len())).filter(|_| file.get(4..8) == Some(b"ftyp"))?;
    // The version of the first brand stands between them, and is no brand.
    let brands = body.chunks_exact(4).take(MAX_BRANDS);
    let known = |brand: &[u8]| BRANDS.iter().find(|(name, _)| *name == brand);
    let found: Vec<_> = brands.filter_map(known).collect();
    // Why: the general brand stands in files of both kinds.
    let general = |brand: &[u8; 4]| brand == b"mif1";
    let first = found.iter().find(|(brand, _)| !general(brand)).or(found.first())?;
    Some(first.1)
}

/// Reads the container; nothing is decoded.
pub(crate) fn read(file: &[u8]) -> Result<Still<'_>, Fault> {
    let meta = Meta::read(file)?;
    let primary = meta.primary.ok_or(Fault::Corrupt("it has no primary picture"))?;
    let color = image(&meta, primary)?;
    let mut transform = Transform::none(color.width, color.height);
    // From the primary item down to what it is derived from without change, innermost first.
    for id in chain(&meta, primary)?.into_iter().rev() {
        for ((kind, body), _) in meta.properties(id) {
            transform.add(kind, body)?;
        }
    }
    let alpha_item = alpha(&meta, primary);
    let alpha = alpha_item.map(|id| image(&meta, id)).transpose()?;
    if alpha.as_ref().is_some_and(|alpha| (alpha.width, alpha.height) != (color.width, color.height)) {
        return Err(Fault::Unsupported("HEIF pictures with an opacity of another size"));
    }
    let premultiplied = alpha_item.is_some_and(|id| meta.references(*b"prem", primary).contains(&id));
    let profile = profile(&meta, primary)
        .or_else(|| meta.references(*b"dimg", primary).first().and_then(|tile| profile(&meta, *tile)));
    let (exif, xmp) = metadata(&meta, primary);
    let Transform { crop, orientation } = transform;
    Ok(Still { color, alpha, premultiplied, crop, orientation, profile, exif, xmp })
}

/// How many identities may stand between the primary item and a picture.
const MAX_DEPTH: usize = 8;

/// The item and what it stands for, where it is derived by identity, to the first that is not.
fn chain(meta: &Meta<'_>, first: u32) -> Result<Vec<u32>, Fault> {
    let mut chain = vec![first];
    let mut id = first;
    while meta.item(id)?.kind == *b"iden" {
        id = match meta.references(*b"dimg", id) {
            [one] if chain.len() < MAX_DEPTH => *one,
            _ => return Err(Fault::Corrupt("an item is derived from nothing")),
        };
        chain.push(id);
    }
    Ok(chain)
}

fn image<'a>(meta: &Meta<'a>, id: u32) -> Result<Image<'a>, Fault> {
    let chain = chain(meta, id)?;
    let id = chain[chain.len() - 1];
    let kind = meta.item(id)?.kind;
    let image = match &kind {
        b"grid" => grid(meta, id)?,
        b"av01" | b"hvc1" => {
            let (width, height) = size(meta, id)?;
            let (codec, tile) = tile(meta, id)?;
            let (tile_width, tile_height) = (width, height);
            let tiles = vec![tile];
            Image { width, height, codec, columns: 1, tile_width, tile_height, tiles, cicp: None }
        }
        b"iovl" => return Err(Fault::Unsupported("HEIF pictures laid over each other")),
        b"tmap" => return Err(Fault::Unsupported("HEIF pictures made by a tone map")),
        _ => return Err(Fault::Unsupported("HEIF with other codecs than AV1 and HEVC")),
    };
    let tile = meta.references(*b"dimg", id).first();
    let cicp = chain.iter().chain(tile).find_map(|id| cicp(meta, *id));
    Ok(Image { cicp, ..image })
}

/// The size that the property `ispe` says, in pixels.
fn size(meta: &Meta<'_>, id: u32) -> Result<(u32, u32), Fault> {
    let mut bytes = Bytes(meta.property(id, b"ispe").ok_or(Fault::Corrupt("a picture has no size"))?);
    bytes.version()?;
    let (width, height) = (bytes.u32()?, bytes.u32()?);
    if width == 0 || height == 0 {
        return Err(Fault::Corrupt("a side is zero"));
    }
    Ok((width, height))
}

fn tile<'a>(meta: &Meta<'a>, id: u32) -> Result<(Codec, Tile<'a>), Fault> {
    let (codec, config) = match &meta.item(id)?.kind {
        b"av01" => (Codec::Av1, b"av1C"),
        b"hvc1" => (Codec::Hevc, b"hvcC"),
        _ => return Err(Fault::Unsupported("HEIF with other codecs than AV1 and HEVC")),
    };
    if meta.properties(id).any(|((kind, _), essential)| essential && matches!(&kind, b"a1op" | b"lsel")) {
        return Err(Fault::Unsupported("HEIF pictures of which one layer is chosen"));
    }
    let config = meta.property(id, config).ok_or(Fault::Corrupt("a picture has no configuration"))?;
    Ok((codec, Tile { data: meta.data(id)?, config }))
}

/// A picture put together from tiles (ISO/IEC 23008-12, 6.6.2.3).
fn grid<'a>(meta: &Meta<'a>, id: u32) -> Result<Image<'a>, Fault> {
    const FAULT: Fault = Fault::Corrupt("its grid is not valid");
    let data = meta.data(id)?;
    let mut bytes = Bytes(&data);
    bytes.u8()?;
    let of_side = if bytes.u8()? & 1 == 1 { 4 } else { 2 };
    let (rows, columns) = (u32::from(bytes.u8()?) + 1, u32::from(bytes.u8()?) + 1);
    let (width, height) = (bytes.number(of_side)? as u32, bytes.number(of_side)? as u32);
    let items = meta.references(*b"dimg", id);
    if items.len() != (rows * columns) as usize || width == 0 || height == 0 {
        return Err(FAULT);
    }
    let (tile_width, tile_height) = size(meta, items[0])?;
    // Tiles fill the picture, and none of them is outside of it: no grid costs more than its size says.
    let fits = |tile: u32, count: u32, side: u32| {
        let (tile, count, side) = (u64::from(tile), u64::from(count), u64::from(side));
        tile * count >= side && tile * (count - 1) < side
    };
    if !fits(tile_width, columns, width) || !fits(tile_height, rows, height) {
        return Err(FAULT);
    }
    let mut codec = None;
    let mut tiles = Vec::with_capacity(items.len());
    for item in items {
        let (of_item, tile) = tile(meta, *item)?;
        if *codec.get_or_insert(of_item) != of_item || size(meta, *item)? != (tile_width, tile_height) {
            return Err(FAULT);
        }
        tiles.push(tile);
    }
    let codec = codec.ok_or(FAULT)?;
    Ok(Image { width, height, codec, columns, tile_width, tile_height, tiles, cicp: None })
}

fn cicp(meta: &Meta<'_>, id: u32) -> Option<Cicp> {
    meta.properties(id).find_map(|((kind, body), _)| {
        let mut bytes = Bytes(body.strip_prefix(b"nclx").filter(|_| kind == *b"colr")?);
        Some(Cicp {
            primaries: bytes.u16().ok()?,
            transfer: bytes.u16().ok()?,
            matrix: bytes.u16().ok()?,
            full_range: bytes.u8().ok()? >> 7 == 1,
        })
    })
}

fn profile<'a>(meta: &Meta<'a>, id: u32) -> Option<&'a [u8]> {
    meta.properties(id)
        .filter(|((kind, _), _)| kind == b"colr")
        .find_map(|((_, body), _)| body.strip_prefix(b"prof").or(body.strip_prefix(b"rICC")))
}

/// The item that holds the opacity of `primary`.
fn alpha(meta: &Meta<'_>, primary: u32) -> Option<u32> {
    const NAMES: [&[u8]; 2] = [b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", b"urn:mpeg:hevc:2015:auxid:1"];
    let is_alpha = |id: u32| {
        let mut bytes = Bytes(meta.property(id, b"auxC").unwrap_or_default());
        bytes.version().is_ok() && NAMES.contains(&bytes.text())
    };
    meta.items()
        .map(|(id, _)| id)
        .find(|id| meta.references(*b"auxl", *id).contains(&primary) && is_alpha(*id))
}

type Block<'a> = Option<Cow<'a, [u8]>>;

/// The EXIF and XMP that describe `primary`; what is broken is absent.
fn metadata<'a>(meta: &Meta<'a>, primary: u32) -> (Block<'a>, Block<'a>) {
    let describes = |id: u32| meta.references(*b"cdsc", id).contains(&primary);
    let find = |wanted: &dyn Fn(meta::Item<'_>) -> bool| {
        let found = meta.items().find(|(id, item)| wanted(*item) && describes(*id));
        found.and_then(|(id, _)| meta.data(id).ok())
    };
    let exif = find(&|item| item.kind == *b"Exif").and_then(tiff);
    (exif, find(&|item| item.kind == *b"mime" && item.media_type == b"application/rdf+xml"))
}

/// The item begins with the distance to the TIFF structure.
fn tiff(item: Cow<'_, [u8]>) -> Block<'_> {
    let distance = u32::from_be_bytes(item.get(..4)?.try_into().ok()?);
    let start = usize::try_from(distance).ok()?.checked_add(4).filter(|start| *start <= item.len())?;
    Some(match item {
        Cow::Borrowed(bytes) => Cow::Borrowed(&bytes[start..]),
        Cow::Owned(bytes) => Cow::Owned(bytes[start..].to_vec()),
    })
}
