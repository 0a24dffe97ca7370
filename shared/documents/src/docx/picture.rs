//! Pictures within a DOCX as a PDF takes them: JPEG as it is, PNG unpacked. Others (EMF, WMF, GIF, TIFF, SVG) show as their place.

use std::io::Cursor;

const MAX_PIXELS: u64 = 40_000_000;

/// Data of a picture, and what its dictionary says beside its size.
pub struct Picture {
    pub width: u32,
    pub height: u32,
    pub entries: &'static str,
    pub data: Vec<u8>,
}

/// None for what is not drawn, or is too large or damaged: a document is read for more than one of its pictures.
pub fn read(bytes: &[u8]) -> Option<Picture> {
    if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) { jpeg(bytes) } else { png(bytes) }
}

fn jpeg(bytes: &[u8]) -> Option<Picture> {
    let (width, height, components) = crate::pdf::jpeg_size(bytes)?;
    if width == 0 || height == 0 || u64::from(width) * u64::from(height) > MAX_PIXELS {
        return None;
    }
    let entries = match components {
        1 => "/ColorSpace/DeviceGray/Filter/DCTDecode",
        3 => "/ColorSpace/DeviceRGB/Filter/DCTDecode",
        4 => "/ColorSpace/DeviceCMYK/Decode[1 0 1 0 1 0 1 0]/Filter/DCTDecode",
        _ => return None,
    };
    Some(Picture { width, height, entries, data: bytes.to_vec() })
}

fn png(bytes: &[u8]) -> Option<Picture> {
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().ok()?;
    let (width, height) = (reader.info().width, reader.info().height);
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return None;
    }
    let mut pixels = vec![0; reader.output_buffer_size()?];
    let frame = reader.next_frame(&mut pixels).ok()?;
    pixels.truncate(frame.buffer_size());
    let on_white =
        |value: u8, alpha: u8| (u16::from(value) * u16::from(alpha) / 255 + 255 - u16::from(alpha)) as u8;
    let (entries, data) = match frame.color_type {
        png::ColorType::Grayscale => ("/ColorSpace/DeviceGray", pixels),
        png::ColorType::Rgb => ("/ColorSpace/DeviceRGB", pixels),
        png::ColorType::GrayscaleAlpha => (
            "/ColorSpace/DeviceGray",
            pixels.chunks_exact(2).map(|pixel| on_white(pixel[0], pixel[1])).collect(),
        ),
        png::ColorType::Rgba => (
            "/ColorSpace/DeviceRGB",
            pixels
                .chunks_exact(4)
                .flat_map(|pixel| [0, 1, 2].map(|c| on_white(pixel[c], pixel[3])))
                .collect(),
        ),
        png::ColorType::Indexed => return None,
    };
    Some(Picture { width, height, entries, data })
}
