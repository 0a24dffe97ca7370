//! PNG: resolution in pHYs, artist and copyright in eXIf, and sRGB said in a chunk of its own.

use std::io::Write;

use ::png::chunk::ChunkType;
use ::png::{
    BitDepth, ColorType, Compression, DeflateCompression, Encoder, EncodingError, Filter, PixelDimensions,
    SrgbRenderingIntent, Unit,
};

use super::png_form;
use crate::ImagingError;
use crate::exif::{self, Exif};
use crate::limits::Watch;
use crate::picture::Picture;

/// Dots an inch to dots a metre.
fn per_metre(dpi: u32) -> u32 {
    (f64::from(dpi) / 0.0254).round() as u32
}

/// Whether a picture has flat areas, as drawings and screenshots have: of every eighth row's pixels, a quarter repeats the
/// one before it.
fn has_flat_areas(form: &png_form::Form) -> bool {
    let count = form.color.samples();
    let (mut same, mut all) = (0, 0);
    for row in form.samples.chunks_exact(form.stride).step_by(8) {
        let pairs = row.chunks_exact(count).zip(row[count.min(row.len())..].chunks_exact(count));
        for (before, pixel) in pairs {
            same += usize::from(before == pixel);
            all += 1;
        }
    }
    4 * same >= all
}

/// What stands beside the pixels.
struct Beside<'a> {
    width: u32,
    height: u32,
    dpi: Option<u32>,
    exif: &'a Exif,
    says_srgb: bool,
}

pub(super) fn encode(
    picture: Picture,
    compression: Compression,
    dpi: Option<u32>,
    exif: &Exif,
    says_srgb: bool,
    watch: Watch,
) -> Result<Vec<u8>, ImagingError> {
    let (width, height) = (picture.width, picture.height);
    let form = png_form::smallest(picture, watch)?;
    // Neighbouring indexes, or several pixels in a byte, are no neighbouring values: filters would only hide repetitions.
    let filtered = form.color != ColorType::Indexed && form.depth == BitDepth::Eight;
    // Why: in photographs there is hardly anything to find but the statistics of bytes, and those the fast encoder knows. It takes
    // a seventh of the time for 1 to 3% more bytes.
    let photographic = filtered && matches!(compression, Compression::Balanced) && !has_flat_areas(&form);
    let tried: &[Compression] = match compression {
        _ if photographic => &[Compression::Fast],
        // More effort is not always less bytes: what takes longer is never larger than what does not.
        Compression::Balanced if filtered => &[Compression::Balanced, Compression::Fast],
        Compression::High if filtered => &[Compression::High, Compression::Balanced, Compression::Fast],
        Compression::High => &[Compression::High, Compression::Balanced],
        _ => &[compression],
    };
    let beside = Beside { width, height, dpi, exif, says_srgb };
    let mut smallest: Option<Vec<u8>> = None;
    for compression in tried {
        let file = file(&form, *compression, filtered, &beside, watch)?;
        if smallest.as_ref().is_none_or(|smallest| file.len() < smallest.len()) {
            smallest = Some(file);
        }
    }
    smallest.ok_or_else(|| ImagingError::Internal("png: nothing was tried".into()))
}

fn file(
    form: &png_form::Form,
    compression: Compression,
    filtered: bool,
    beside: &Beside,
    watch: Watch,
) -> Result<Vec<u8>, ImagingError> {
    let internal = |error: EncodingError| ImagingError::Internal(format!("png: {error}"));
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, beside.width, beside.height);
    encoder.set_color(form.color);
    encoder.set_depth(form.depth);
    encoder.set_compression(compression);
    if !filtered {
        encoder.set_filter(Filter::NoFilter);
    }
    let fast = matches!(compression, Compression::Fast);
    if fast && !filtered {
        // The fast encoder is made for filtered rows.
        encoder.set_deflate_compression(DeflateCompression::Level(1));
    }
    if form.color == ColorType::Indexed {
        encoder.set_palette(form.palette.as_slice());
        if !form.alphas.is_empty() {
            encoder.set_trns(form.alphas.as_slice());
        }
    }
    encoder.set_pixel_dims(beside.dpi.map(|dpi| PixelDimensions {
        xppu: per_metre(dpi),
        yppu: per_metre(dpi),
        unit: Unit::Meter,
    }));
    if beside.says_srgb {
        encoder.set_source_srgb(SrgbRenderingIntent::Perceptual);
    }
    let mut writer = encoder.write_header().map_err(internal)?;
    if let Some(block) = exif::block(None, beside.exif) {
        writer.write_chunk(ChunkType(*b"eXIf"), &block).map_err(internal)?;
    }
    if fast && filtered {
        // In one piece: only so does the fast encoder fall back to stored blocks where they are smaller.
        writer.write_image_data(&form.samples).map_err(internal)?;
    } else {
        let mut stream = writer.stream_writer().map_err(internal)?;
        for (index, row) in form.samples.chunks_exact(form.stride).enumerate() {
            watch.check_at(index)?;
            stream.write_all(row).map_err(|error| internal(error.into()))?;
        }
        stream.finish().map_err(internal)?;
    }
    writer.finish().map_err(internal)?;
    Ok(bytes)
}
