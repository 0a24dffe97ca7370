//! JPEG in CMYK and YCCK, and in grey. The inks are the complement of the pattern's four samples: opaque white is bare paper, and
//! black ink is what alpha lacks.

use jpeg_encoder::{ColorType, Encoder};

use crate::pixels::Pixels;

/// The red samples as grey.
pub(super) fn grey(pixels: &Pixels) -> Result<Vec<u8>, String> {
    let samples: Vec<u8> = pixels.rgba.chunks_exact(4).map(|pixel| pixel[0]).collect();
    let mut file = Vec::new();
    let side = |side: u32| u16::try_from(side).map_err(|error| error.to_string());
    Encoder::new(&mut file, 97)
        .encode(&samples, side(pixels.width)?, side(pixels.height)?, ColorType::Luma)
        .map_err(|error| error.to_string())?;
    Ok(file)
}

/// `jpeg-cmyk`, `jpeg-cmyk-progressive` and `jpeg-ycck` have Adobe's marker and are inverted; `jpeg-cmyk-plain` is
/// neither.
pub(super) fn encode(pixels: &Pixels, format: &str) -> Result<Vec<u8>, String> {
    let kind = if format == "jpeg-ycck" { ColorType::CmykAsYcck } else { ColorType::Cmyk };
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 97);
    encoder.set_progressive(format == "jpeg-cmyk-progressive");
    // The encoder inverts, as Adobe does; inverted twice is plain.
    let plain = format == "jpeg-cmyk-plain";
    let samples =
        if plain { pixels.rgba.clone() } else { pixels.rgba.iter().map(|sample| 255 - sample).collect() };
    let side = |side: u32| u16::try_from(side).map_err(|error| error.to_string());
    encoder
        .encode(&samples, side(pixels.width)?, side(pixels.height)?, kind)
        .map_err(|error| error.to_string())?;
    if plain {
        let at = file.windows(9).position(|bytes| bytes == b"\xFF\xEE\0\x0EAdobe").ok_or("no APP14")?;
        file.drain(at..at + 16);
    }
    Ok(file)
}
