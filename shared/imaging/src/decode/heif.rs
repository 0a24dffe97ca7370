//! AVIF and HEIC: one container, read by `heif`, and two codecs. Tiles are put together as planes and made RGB at once, so
//! that no edge between them shows.

use crate::ImagingError;
use crate::exif::{self, Exif};
use crate::header::{Format, Header};
use crate::heif::{self, Cicp, Codec, Crop, Fault, Image, Still, Tile};
use crate::limits::Watch;
use crate::picture::{Channels, Depth, Picture, Raster, Sample};
use crate::planes::{self, Chroma, Planes};
use crate::{hevc, libaom, rights};

use super::cicp;

/// Read where a file says nothing, as others do.
const PLAIN: Cicp = Cicp { primaries: 1, transfer: 13, matrix: 6, full_range: true };

/// What a codec's own header says of a tile.
struct Kind {
    bits: u8,
    chroma: Chroma,
    cicp: Option<Cicp>,
}

fn failed(codec: Codec) -> impl Fn(Fault) -> ImagingError {
    move |fault| match fault {
        Fault::Corrupt(detail) => ImagingError::corrupt(format(codec).name(), detail),
        Fault::Unsupported(what) => ImagingError::Unsupported(what.into()),
    }
}

const fn format(codec: Codec) -> Format {
    match codec {
        Codec::Av1 => Format::Avif,
        Codec::Hevc => Format::Heic,
    }
}

fn open(input: &[u8]) -> Result<Still<'_>, ImagingError> {
    let said = heif::recognise(input).ok_or(ImagingError::NotAPicture)?;
    heif::read(input).map_err(failed(said))
}

fn kind(image: &Image<'_>) -> Result<Kind, ImagingError> {
    let (width, height) = (image.tile_width, image.tile_height);
    let damaged =
        || ImagingError::corrupt(format(image.codec).name(), "a picture is not as large as the file says");
    let tile = &image.tiles[0];
    match image.codec {
        Codec::Av1 => {
            let sequence = libaom::sequence(&tile.data)
                .filter(|sequence| (sequence.width, sequence.height) == (width, height))
                .ok_or_else(damaged)?;
            let chroma = match (sequence.monochrome, sequence.subsampled) {
                (true, _) => Chroma::None,
                (_, (false, _)) => Chroma::Full,
                (_, (true, false)) => Chroma::Half,
                (_, (true, true)) => Chroma::Quarter,
            };
            Ok(Kind { bits: sequence.bits, chroma, cicp: Some(sequence.cicp) })
        }
        Codec::Hevc => {
            let sequence = hevc::sequence(tile.config).ok_or_else(damaged)?;
            // The coded size is rounded up to whole blocks, of 64 at most.
            let coded = |side: u32| side..=side.saturating_add(64);
            if !coded(width).contains(&sequence.width) || !coded(height).contains(&sequence.height) {
                return Err(damaged());
            }
            Ok(Kind { bits: sequence.bits, chroma: sequence.chroma, cicp: None })
        }
    }
}

pub(crate) fn header(input: &[u8]) -> Result<Header, ImagingError> {
    let still = open(input)?;
    let Kind { bits, chroma, cicp: own } = kind(&still.color)?;
    let mut depth = if bits > 8 { Depth::Sixteen } else { Depth::Eight };
    if let Some(alpha) = &still.alpha {
        let Kind { bits, .. } = kind(alpha)?;
        if bits > 8 {
            depth = Depth::Sixteen;
        }
    }
    let channels = match (chroma, &still.alpha) {
        (_, Some(_)) => Channels::Rgba,
        (Chroma::None, None) => Channels::Grey,
        _ => Channels::Rgb,
    };
    let described = still.color.cicp.or(own);
    let exif = still.exif.as_deref().map(exif::read).unwrap_or_default();
    let mut exif = Exif { orientation: still.orientation.exif(), ..exif };
    if let Some(packet) = &still.xmp {
        rights::add_xmp(&mut exif, packet);
    }
    Ok(Header {
        format: format(still.color.codec),
        width: still.crop.width,
        height: still.crop.height,
        channels,
        depth,
        decoder_bytes: needed(&still, chroma, depth),
        by_rows: false,
        profile: still.profile.map(<[u8]>::to_vec).or_else(|| described.and_then(cicp::profile)),
        exif,
    })
}

/// Planes of all that is decoded, the decoder's own state for a tile, and the opacity as a picture.
fn needed(still: &Still<'_>, chroma: Chroma, depth: Depth) -> u64 {
    let images = [Some(&still.color), still.alpha.as_ref()];
    let sum: u64 = images
        .into_iter()
        .flatten()
        .map(|image| {
            let area = |width: u32, height: u32| u64::from(width) * u64::from(height);
            let decoder = match image.codec {
                Codec::Av1 => libaom::decoder_bytes_per_pixel(depth == Depth::Sixteen),
                Codec::Hevc => hevc::bytes_per_pixel(chroma),
            };
            let of_tile = area(image.tile_width, image.tile_height) * decoder;
            let data: usize = image.tiles.iter().map(|tile| tile.data.len()).sum();
            area(image.width, image.height) * 6 + of_tile + data as u64
        })
        .sum();
    // Decoded pictures that a crop makes smaller are whole until then.
    let whole = u64::from(still.color.width) * u64::from(still.color.height);
    sum + whole * depth.bytes() * u64::from(still.alpha.is_some()) + (4 << 20)
}

pub(crate) fn decode(input: &[u8], header: &Header, watch: Watch) -> Result<Raster, ImagingError> {
    let still = open(input)?;
    match header.depth {
        Depth::Eight => picture(&still, header, watch).map(Raster::Eight),
        Depth::Sixteen => picture(&still, header, watch).map(Raster::Sixteen),
    }
}

fn picture<T: Sample>(still: &Still<'_>, header: &Header, watch: Watch) -> Result<Picture<T>, ImagingError> {
    let mut picture = converted(&still.color, still.crop, header.channels, PLAIN, watch)?;
    if let Some(alpha) = &still.alpha {
        let alpha = converted(alpha, still.crop, Channels::Grey, PLAIN, watch)?;
        planes::add_alpha(&mut picture, &alpha, still.premultiplied);
    }
    Ok(picture)
}

fn converted<T: Sample>(
    image: &Image<'_>,
    crop: Crop,
    channels: Channels,
    default: Cicp,
    watch: Watch,
) -> Result<Picture<T>, ImagingError> {
    let (planes, own) = assembled(image, watch)?;
    planes::to_rgb(&planes, image.cicp.or(own).unwrap_or(default), crop, channels, watch)
}

fn assembled(image: &Image<'_>, watch: Watch) -> Result<(Planes, Option<Cicp>), ImagingError> {
    let damaged = || ImagingError::corrupt(format(image.codec).name(), "its tiles differ");
    if let [tile] = &image.tiles[..] {
        let (planes, cicp) = decoded(image, tile)?;
        if (planes.width, planes.height) == (image.width, image.height) {
            return Ok((planes, cicp));
        }
    }
    let mut whole: Option<(Planes, Option<Cicp>)> = None;
    for (index, tile) in (0u32..).zip(&image.tiles) {
        watch.check()?;
        let (planes, cicp) = decoded(image, tile)?;
        let (canvas, _) = whole.get_or_insert_with(|| {
            (Planes::blank(image.width, image.height, planes.bits, planes.chroma), cicp)
        });
        if (canvas.bits, canvas.chroma) != (planes.bits, planes.chroma) {
            return Err(damaged());
        }
        let (x, y) = (index % image.columns * image.tile_width, index / image.columns * image.tile_height);
        let (across, down) = planes.chroma.factors();
        if !x.is_multiple_of(across) || !y.is_multiple_of(down) {
            return Err(ImagingError::Unsupported("HEIF grids of tiles with odd sides".into()));
        }
        canvas.put(&planes, x, y);
    }
    whole.ok_or_else(damaged)
}

fn decoded(image: &Image<'_>, tile: &Tile<'_>) -> Result<(Planes, Option<Cicp>), ImagingError> {
    let (width, height) = (image.tile_width, image.tile_height);
    match image.codec {
        Codec::Av1 => libaom::read(&tile.data, width, height).map(|(planes, cicp)| (planes, Some(cicp))),
        Codec::Hevc => hevc::read(tile, width, height),
    }
}
