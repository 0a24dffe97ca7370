//! PNG: resolution in pHYs, artist and copyright in eXIf.

use std::io::Write;

use ::png::chunk::ChunkType;
use ::png::{BitDepth, ColorType, Compression, Encoder, EncodingError, PixelDimensions, Unit};

use crate::ImagingError;
use crate::exif::{self, Exif};
use crate::limits::Watch;
use crate::picture::{Channels, Picture};

/// Dots an inch to dots a metre.
fn per_metre(dpi: u32) -> u32 {
    (f64::from(dpi) / 0.0254).round() as u32
}

pub(super) fn encode(
    picture: &Picture,
    compression: Compression,
    dpi: Option<u32>,
    exif: &Exif,
    watch: Watch,
) -> Result<Vec<u8>, ImagingError> {
    let internal = |error: EncodingError| ImagingError::Internal(format!("png: {error}"));
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, picture.width, picture.height);
    encoder.set_color(match picture.channels {
        Channels::Grey => ColorType::Grayscale,
        Channels::Rgb => ColorType::Rgb,
        Channels::Rgba | Channels::Cmyk => ColorType::Rgba,
    });
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(compression);
    encoder.set_pixel_dims(dpi.map(|dpi| PixelDimensions {
        xppu: per_metre(dpi),
        yppu: per_metre(dpi),
        unit: Unit::Meter,
    }));
    let mut writer = encoder.write_header().map_err(internal)?;
    if let Some(block) = exif::block(None, exif) {
        writer.write_chunk(ChunkType(*b"eXIf"), &block).map_err(internal)?;
    }
    if matches!(compression, Compression::Fast) {
        // In one piece: only so does the fast encoder fall back to stored blocks where they are smaller.
        writer.write_image_data(&picture.pixels).map_err(internal)?;
    } else {
        let mut stream = writer.stream_writer().map_err(internal)?;
        for (index, row) in picture.rows().enumerate() {
            watch.check_at(index)?;
            stream.write_all(row).map_err(|error| internal(error.into()))?;
        }
        stream.finish().map_err(internal)?;
    }
    writer.finish().map_err(internal)?;
    Ok(bytes)
}
