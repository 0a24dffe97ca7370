//! PNG in any colour type and depth, interlaced or not, with a transparent colour, or animated.

use std::io::Write;

use super::png_file::{PASSES, chunk, palette};
use crate::pixels::Pixels;

/// `png-COLORDEPTH[-interlaced][-key][-dark]`; COLOR is `grey`, `rgb`, `palette`, `ga` (grey and alpha) or `rgba`. With `key`
/// the colour 0 is transparent. With `dark` sixteen bits hold four times the eight: steps so fine that eight would not
/// show them.
pub(super) fn encode(pixels: &Pixels, format: &str) -> Result<Vec<u8>, String> {
    let unknown = || format!("no such format: {format}");
    let mut parts = format.split('-').skip(1);
    let name = parts.next().ok_or_else(unknown)?;
    let color = name.trim_end_matches(|digit: char| digit.is_ascii_digit());
    let depth: u8 = name[color.len()..].parse().map_err(|_| unknown())?;
    let features: Vec<&str> = parts.collect();
    let kind = match color {
        "grey" => 0,
        "rgb" => 2,
        "palette" => 3,
        "ga" => 4,
        "rgba" => 6,
        _ => return Err(unknown()),
    };
    let interlaced = features.contains(&"interlaced");
    let dark = features.contains(&"dark");
    let mut bytes = signature(pixels, depth, kind, interlaced);
    let mut indexes = Vec::new();
    if kind == 3 {
        let (colors, found) = palette(pixels)?;
        indexes = found;
        bytes.extend(chunk(
            b"PLTE",
            &colors.iter().flat_map(|color| color[..3].to_vec()).collect::<Vec<u8>>(),
        ));
        bytes.extend(chunk(b"tRNS", &colors.iter().map(|color| color[3]).collect::<Vec<u8>>()));
    } else if features.contains(&"key") {
        bytes.extend(chunk(b"tRNS", &vec![0; if kind == 0 { 2 } else { 6 }]));
    }
    let samples = |x: u32, y: u32| -> Vec<u16> {
        if kind == 3 {
            return vec![u16::from(indexes[(y * pixels.width + x) as usize])];
        }
        let [red, green, blue, alpha] = pixels.at(x, y);
        let values = match kind {
            0 => vec![red],
            2 => vec![red, green, blue],
            4 => vec![red, alpha],
            _ => vec![red, green, blue, alpha],
        };
        let scaled = |value: u8| match depth {
            16 if dark => u16::from(value) * 4,
            16 => u16::from(value) * 257,
            _ => u16::from(value >> (8 - depth)),
        };
        values.into_iter().map(scaled).collect()
    };
    bytes.extend(chunk(b"IDAT", &data(pixels, depth, interlaced, &samples)?));
    bytes.extend(chunk(b"IEND", &[]));
    Ok(bytes)
}

fn signature(pixels: &Pixels, depth: u8, kind: u8, interlaced: bool) -> Vec<u8> {
    let mut header = [pixels.width.to_be_bytes(), pixels.height.to_be_bytes()].concat();
    header.extend([depth, kind, 0, 0, u8::from(interlaced)]);
    [b"\x89PNG\r\n\x1A\n".to_vec(), chunk(b"IHDR", &header)].concat()
}

/// Unfiltered rows, deflated.
fn data(
    pixels: &Pixels,
    depth: u8,
    interlaced: bool,
    samples: &dyn Fn(u32, u32) -> Vec<u16>,
) -> Result<Vec<u8>, String> {
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    let passes = if interlaced { &PASSES[..] } else { &[(0, 0, 1, 1)] };
    for (left, top, across, down) in passes {
        for y in (*top..pixels.height).step_by(*down as usize) {
            let values: Vec<u16> =
                (*left..pixels.width).step_by(*across as usize).flat_map(|x| samples(x, y)).collect();
            if !values.is_empty() {
                zlib.write_all(&[0]).map_err(|error| error.to_string())?;
                zlib.write_all(&packed(&values, depth)).map_err(|error| error.to_string())?;
            }
        }
    }
    zlib.finish().map_err(|error| error.to_string())
}

/// Samples side by side, the first in the highest bits.
fn packed(values: &[u16], depth: u8) -> Vec<u8> {
    if depth == 16 {
        return values.iter().flat_map(|value| value.to_be_bytes()).collect();
    }
    let each = usize::from(8 / depth);
    let byte = |values: &[u16]| {
        let bits = values.iter().enumerate();
        bits.fold(0, |byte, (at, value)| byte | (*value as u8) << (8 - usize::from(depth) * (at + 1)))
    };
    values.chunks(each).map(byte).collect()
}

/// An animation of two frames, the second one black. With `hidden` the still picture is no part of it.
pub(super) fn animated(pixels: &Pixels, hidden: bool) -> Result<Vec<u8>, String> {
    let mut sequence = 0;
    let mut control = || {
        let size = [pixels.width.to_be_bytes(), pixels.height.to_be_bytes()].concat();
        let body = [&u32::to_be_bytes(sequence)[..], &size, &[0; 8], &[0, 1, 0, 10, 0, 0]].concat();
        sequence += 1;
        chunk(b"fcTL", &body)
    };
    let picture = data(pixels, 8, false, &|x, y| pixels.at(x, y).map(u16::from).to_vec())?;
    let black = data(pixels, 8, false, &|_, _| vec![0, 0, 0, 255])?;
    let mut bytes = signature(pixels, 8, 6, false);
    bytes.extend(chunk(b"acTL", &[0, 0, 0, if hidden { 1 } else { 2 }, 0, 0, 0, 0]));
    if !hidden {
        bytes.extend(control());
    }
    bytes.extend(chunk(b"IDAT", &picture));
    bytes.extend(control());
    let number = if hidden { 1u32 } else { 2 };
    bytes.extend(chunk(b"fdAT", &[&number.to_be_bytes()[..], &black].concat()));
    bytes.extend(chunk(b"IEND", &[]));
    Ok(bytes)
}
