//! WebP: libwebp's file, and around it the extended container where there is metadata to hold.

use crate::ImagingError;
use crate::exif::{self, Exif};
use crate::libwebp::{self, Mode, Source};
use crate::limits::Watch;
use crate::picture::{Channels, Picture};
use crate::yuv420::Yuv420;

const FLAG_PROFILE: u8 = 0x20;
const FLAG_EXIF: u8 = 0x08;
const FLAG_ALPHA: u8 = 0x10;

pub(super) fn encode(
    picture: Picture,
    mode: Mode,
    dpi: Option<u32>,
    exif: &Exif,
    profile: Option<&[u8]>,
    watch: Watch,
) -> Result<Vec<u8>, ImagingError> {
    let (width, height, alpha) = (picture.width, picture.height, picture.channels.has_alpha());
    let bytes = libwebp::write(Source::Pixels(&colored(picture)), mode, watch)?;
    described(bytes, (width, height), alpha, Chunks { exif: exif::block(dpi, exif), profile })
}

/// Of sRGB without saying so.
pub(super) fn encode_yuv(
    planes: &Yuv420,
    mode: Mode,
    dpi: Option<u32>,
    exif: &Exif,
    watch: Watch,
) -> Result<Vec<u8>, ImagingError> {
    let bytes = libwebp::write(Source::Yuv420(planes), mode, watch)?;
    let size = (planes.luma.width, planes.luma.height);
    described(bytes, size, false, Chunks { exif: exif::block(dpi, exif), profile: None })
}

fn described(
    bytes: Vec<u8>,
    (width, height): (u32, u32),
    alpha: bool,
    chunks: Chunks<'_>,
) -> Result<Vec<u8>, ImagingError> {
    if chunks.exif.is_none() && chunks.profile.is_none() {
        return Ok(bytes);
    }
    extend(bytes, width, height, alpha, &chunks)
}

/// WebP has no grey.
fn colored(picture: Picture) -> Picture {
    if picture.channels != Channels::Grey {
        return picture;
    }
    let pixels = picture.pixels.iter().flat_map(|grey| [*grey; 3]).collect();
    Picture { channels: Channels::Rgb, pixels, ..picture }
}

/// What is said beside the picture.
struct Chunks<'a> {
    exif: Option<Vec<u8>>,
    profile: Option<&'a [u8]>,
}

/// Adds chunks (WebP container specification, "Extended File Format").
fn extend(
    mut file: Vec<u8>,
    width: u32,
    height: u32,
    alpha: bool,
    chunks: &Chunks,
) -> Result<Vec<u8>, ImagingError> {
    let too_short = || ImagingError::Internal("libwebp wrote no container".into());
    if file.get(12..16).ok_or_else(too_short)? != b"VP8X" {
        let mut header = b"VP8X\x0A\0\0\0".to_vec();
        header.extend([if alpha { FLAG_ALPHA } else { 0 }, 0, 0, 0]);
        header.extend(&(width - 1).to_le_bytes()[..3]);
        header.extend(&(height - 1).to_le_bytes()[..3]);
        file.splice(12..12, header);
    }
    if chunks.exif.is_some() {
        *file.get_mut(20).ok_or_else(too_short)? |= FLAG_EXIF;
    }
    if let Some(profile) = chunks.profile {
        *file.get_mut(20).ok_or_else(too_short)? |= FLAG_PROFILE;
        // Before the picture, right after the header of 18 bytes.
        file.splice(30..30, chunk(b"ICCP", profile));
    }
    if let Some(exif) = &chunks.exif {
        file.extend(chunk(b"EXIF", exif));
    }
    let size = (file.len() - 8) as u32;
    file[4..8].copy_from_slice(&size.to_le_bytes());
    Ok(file)
}

fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut bytes = name.to_vec();
    bytes.extend((body.len() as u32).to_le_bytes());
    bytes.extend(body);
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    bytes
}
