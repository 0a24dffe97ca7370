//! PNG in the colour types, depths and interlacing that exist.

use std::io::Write;

use png::{BitDepth, ColorType};

use super::png_every;
use crate::pixels::Pixels;

pub(super) fn encode(pixels: &Pixels, format: &str) -> Result<Vec<u8>, String> {
    let each =
        |make: &dyn Fn(&[u8]) -> Vec<u8>| pixels.rgba.chunks_exact(4).flat_map(make).collect::<Vec<u8>>();
    let twice = |values: &[u8]| values.iter().flat_map(|value| [*value, *value]).collect::<Vec<u8>>();
    match format {
        "png" => {
            if pixels.rgba.chunks_exact(4).all(|pixel| pixel[3] == 255) {
                write(pixels, ColorType::Rgb, BitDepth::Eight, &each(&|p| p[..3].to_vec()), None)
            } else {
                write(pixels, ColorType::Rgba, BitDepth::Eight, &pixels.rgba, None)
            }
        }
        "png16" => write(pixels, ColorType::Rgb, BitDepth::Sixteen, &each(&|p| twice(&p[..3])), None),
        "png-grey" => write(pixels, ColorType::Grayscale, BitDepth::Eight, &each(&|p| vec![p[0]]), None),
        "png-grey16" => {
            write(pixels, ColorType::Grayscale, BitDepth::Sixteen, &each(&|p| twice(&p[..1])), None)
        }
        "png-grey-alpha" => {
            write(pixels, ColorType::GrayscaleAlpha, BitDepth::Eight, &each(&|p| vec![p[0], p[3]]), None)
        }
        "png-bit" => write(pixels, ColorType::Grayscale, BitDepth::One, &bits(pixels), None),
        "png-palette" | "png-palette-alpha" => {
            let (palette, indexes) = palette(pixels)?;
            let alpha = format == "png-palette-alpha";
            write(pixels, ColorType::Indexed, BitDepth::Eight, &indexes, Some((&palette, alpha)))
        }
        "png-interlaced" => interlaced(pixels),
        other => png_every::encode(pixels, other),
    }
}

fn write(
    pixels: &Pixels,
    color: ColorType,
    depth: BitDepth,
    samples: &[u8],
    palette: Option<(&[[u8; 4]], bool)>,
) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixels.width, pixels.height);
    encoder.set_color(color);
    encoder.set_depth(depth);
    if let Some((palette, alpha)) = palette {
        encoder.set_palette(palette.iter().flat_map(|color| color[..3].to_vec()).collect::<Vec<u8>>());
        if alpha {
            encoder.set_trns(palette.iter().map(|color| color[3]).collect::<Vec<u8>>());
        }
    }
    let mut writer = encoder.write_header().map_err(|error| error.to_string())?;
    writer.write_image_data(samples).map_err(|error| error.to_string())?;
    writer.finish().map_err(|error| error.to_string())?;
    Ok(bytes)
}

/// One bit a pixel: white where red is at least half, rows padded to bytes.
fn bits(pixels: &Pixels) -> Vec<u8> {
    let row = |row: &[u8]| {
        let values: Vec<u8> = row.chunks_exact(4).map(|pixel| pixel[0] >> 7).collect();
        values
            .chunks(8)
            .map(|bits| bits.iter().enumerate().fold(0, |byte, (at, bit)| byte | bit << (7 - at)))
            .collect::<Vec<u8>>()
    };
    pixels.rgba.chunks_exact(pixels.width as usize * 4).flat_map(row).collect()
}

/// The colours in order of appearance, and each pixel's number.
pub(super) fn palette(pixels: &Pixels) -> Result<(Vec<[u8; 4]>, Vec<u8>), String> {
    let mut colors: Vec<[u8; 4]> = Vec::new();
    let mut indexes = Vec::new();
    for pixel in pixels.rgba.chunks_exact(4) {
        let color = [pixel[0], pixel[1], pixel[2], pixel[3]];
        let index = colors.iter().position(|known| *known == color).unwrap_or_else(|| {
            colors.push(color);
            colors.len() - 1
        });
        indexes.push(u8::try_from(index).map_err(|_| "more than 256 colors")?);
    }
    Ok((colors, indexes))
}

/// Adam7: left, top and the steps to the right and down of each pass.
pub(super) const PASSES: [(u32, u32, u32, u32); 7] =
    [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

/// Adam7, unfiltered RGBA.
fn interlaced(pixels: &Pixels) -> Result<Vec<u8>, String> {
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    for (left, top, across, down) in PASSES {
        if left >= pixels.width {
            continue;
        }
        for y in (top..pixels.height).step_by(down as usize) {
            let row = (left..pixels.width).step_by(across as usize).flat_map(|x| pixels.at(x, y));
            let line: Vec<u8> = std::iter::once(0).chain(row).collect();
            zlib.write_all(&line).map_err(|error| error.to_string())?;
        }
    }
    let data = zlib.finish().map_err(|error| error.to_string())?;
    let mut header = [pixels.width.to_be_bytes(), pixels.height.to_be_bytes()].concat();
    header.extend([8, 6, 0, 0, 1]);
    let mut bytes = b"\x89PNG\r\n\x1A\n".to_vec();
    bytes.extend(chunk(b"IHDR", &header));
    bytes.extend(chunk(b"IDAT", &data));
    bytes.extend(chunk(b"IEND", &[]));
    Ok(bytes)
}

/// A chunk with its length and checksum.
pub(super) fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let named = [&name[..], body].concat();
    let mut bytes = (body.len() as u32).to_be_bytes().to_vec();
    bytes.extend(&named);
    bytes.extend(crc32fast::hash(&named).to_be_bytes());
    bytes
}
