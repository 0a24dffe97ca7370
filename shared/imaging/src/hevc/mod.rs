//! Single HEVC pictures by `heic-decoder`, which is Rust without unsafe code. It reads whole files: each picture is handed
//! to it in the smallest file there is, so that tiles, crops, turns and opacity are our own business here as for AVIF.

mod sequence;

pub(crate) use sequence::sequence;

use heic_decoder::{DecodedImage, HeifError};

use crate::ImagingError;
use crate::heif::{self, Cicp, Codec, Tile, Written};
use crate::planes::{Chroma, Planes};

/// Bytes a pixel that decoding takes at most: planes of 32 bits, twice, and the library's notes on each block.
pub(crate) const fn bytes_per_pixel(chroma: Chroma) -> u64 {
    match chroma {
        Chroma::None => 14,
        Chroma::Quarter => 18,
        Chroma::Half => 22,
        Chroma::Full => 30,
    }
}

fn failed(error: HeifError) -> ImagingError {
    match error {
        HeifError::Unsupported(what) => ImagingError::Unsupported(format!("HEIC with such HEVC ({what})")),
        error => ImagingError::corrupt("heic", error),
    }
}

/// Decodes a tile, whose picture must have `width` x `height` pixels.
///
/// # Errors
/// Corrupt, also where it has another size; what the decoder does not know is unsupported.
pub(crate) fn read(tile: &Tile<'_>, width: u32, height: u32) -> Result<(Planes, Option<Cicp>), ImagingError> {
    let damaged = || ImagingError::corrupt("heic", "a picture is not as large as the file says");
    let own = sequence(tile.config).ok_or_else(damaged)?;
    // Why before decoding: the decoder allocates what the stream says.
    if own.width > width.saturating_add(64) || own.height > height.saturating_add(64) {
        return Err(damaged());
    }
    let file = heif::write(&Written {
        codec: Codec::Hevc,
        width,
        height,
        bits: &[own.bits; 3],
        config: tile.config,
        data: &tile.data,
        cicp: None,
        alpha: None,
        exif: None,
    });
    let image = heic_decoder::decode(&file).map_err(failed)?;
    if (image.width, image.height) != (width as usize, height as usize) {
        return Err(damaged());
    }
    let cicp = image.color_info.map(|color| Cicp {
        primaries: color.color_primaries,
        transfer: color.transfer_characteristics,
        matrix: color.matrix_coefficients,
        full_range: color.full_range,
    });
    Ok((planes(&image)?, cicp))
}

fn planes(image: &DecodedImage) -> Result<Planes, ImagingError> {
    let chroma = match image.chroma_format_idc {
        0 => Chroma::None,
        1 => Chroma::Quarter,
        2 => Chroma::Half,
        _ => Chroma::Full,
    };
    let bits = image.bit_depth_luma;
    if !(8..=12).contains(&bits) || (chroma != Chroma::None && image.bit_depth_chroma != bits) {
        return Err(ImagingError::Unsupported("HEIC of such a depth".into()));
    }
    let (width, height) = (image.width as u32, image.height as u32);
    let mut planes = Planes { width, height, bits: bits as u8, chroma, samples: Default::default() };
    let max = (1i32 << bits) - 1;
    for (index, source) in [&image.y, &image.cb, &image.cr].into_iter().take(planes.count()).enumerate() {
        let (width, height) = planes.size(index);
        if source.len() != width * height {
            return Err(ImagingError::corrupt("heic", "a plane is not whole"));
        }
        planes.samples[index] = source.iter().map(|sample| (*sample).clamp(0, max) as u16).collect();
    }
    Ok(planes)
}
