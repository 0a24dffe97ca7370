//! TIFF with 2 or 4 bits of grey, or a palette of 2, 4 or 16 colours, which the `image` crate does not read: the `tiff` crate
//! delivers them packed, each row from a byte of its own (TIFF 6.0, sections 4 and 5).

use ::tiff::decoder::{DecodingResult, Limits};
use ::tiff::{ColorType, TiffError};

use super::tiff;
use super::tiff_palette::{self, Palette};
use crate::ImagingError;
use crate::exif;
use crate::header::{Format, Header};
use crate::limits::Watch;
use crate::picture::{Channels, Depth, Picture};

/// What the decoder may allocate beside the packed pixels, in bytes.
const DECODER_BYTES: u64 = 4 << 20;

fn corrupt(error: TiffError) -> ImagingError {
    match error {
        TiffError::IoError(_) => ImagingError::corrupt("tiff", "its data ends early"),
        TiffError::UnsupportedError(_) => ImagingError::Unsupported("such TIFF".into()),
        error => ImagingError::corrupt("tiff", error),
    }
}

/// Bits a sample of a file in grey; `None` where they are not few. One bit of grey is left to the `image` crate.
fn bits(file: &[u8], palette: Option<&Palette>) -> Option<u8> {
    match tiff::open(file, Watch::NEVER)?.colortype().ok()? {
        ColorType::Gray(bits @ (2 | 4)) => Some(bits),
        ColorType::Gray(1) if palette.is_some() => Some(1),
        _ => None,
    }
}

fn packed_row(width: u32, bits: u8) -> u64 {
    (u64::from(width) * u64::from(bits)).div_ceil(8)
}

/// `None` where the file is another kind of TIFF.
pub(super) fn header(input: &[u8]) -> Option<Header> {
    let (file, palette) = tiff_palette::open(input);
    let bits = bits(&file, palette.as_ref())?;
    let (width, height) = tiff::open(&file, Watch::NEVER)?.dimensions().ok()?;
    let copy = if palette.is_some() { input.len() as u64 } else { 0 };
    Some(Header {
        format: Format::Tiff,
        width,
        height,
        channels: if palette.is_some() { Channels::Rgb } else { Channels::Grey },
        depth: Depth::Eight,
        // A strip, which may be all of the picture, the whole of it, and with a palette the indexes.
        decoder_bytes: 2 * packed_row(width, bits) * u64::from(height)
            + u64::from(width) * u64::from(height)
            + copy
            + DECODER_BYTES,
        by_rows: false,
        profile: tiff::profile(input),
        exif: exif::of_tiff(input),
    })
}

/// `None` where the file is another kind of TIFF.
pub(super) fn decode(input: &[u8], header: &Header, watch: Watch) -> Option<Result<Picture, ImagingError>> {
    let (file, palette) = tiff_palette::open(input);
    let bits = bits(&file, palette.as_ref())?;
    Some(pixels(&file, header, bits, palette.as_ref(), watch))
}

fn pixels(
    file: &[u8],
    header: &Header,
    bits: u8,
    palette: Option<&Palette>,
    watch: Watch,
) -> Result<Picture, ImagingError> {
    let contradiction = || ImagingError::corrupt("tiff", "its headers contradict each other");
    let stride = packed_row(header.width, bits);
    let bytes = (stride * u64::from(header.height)) as usize;
    let mut limits = Limits::default();
    limits.decoding_buffer_size = bytes;
    limits.intermediate_buffer_size = bytes + DECODER_BYTES as usize;
    let mut decoder = tiff::open(file, watch).ok_or_else(contradiction)?.with_limits(limits);
    let DecodingResult::U8(packed) =
        decoder.read_image().map_err(|error| watch.instead_of(corrupt(error)))?
    else {
        return Err(ImagingError::Unsupported("signed or real-valued TIFF".into()));
    };
    if packed.len() < bytes {
        return Err(contradiction());
    }
    let mut picture = Picture::blank(header.width, header.height, Channels::Grey);
    // Indexes stay as they are; greys reach to 255.
    let factor = if palette.is_some() { 1 } else { 255 / ((1 << bits) - 1) };
    for (row, packed) in picture.rows_mut().zip(packed.chunks_exact(stride as usize)) {
        unpack(packed, bits, factor, row);
    }
    Ok(match palette {
        Some(palette) => palette.apply(&picture),
        None => picture,
    })
}

/// Samples stand in a byte from the highest bit on.
fn unpack(packed: &[u8], bits: u8, factor: u8, row: &mut [u8]) {
    let samples = usize::from(8 / bits);
    let mask = (1 << bits) - 1;
    for (target, byte) in row.chunks_mut(samples).zip(packed) {
        for (number, sample) in target.iter_mut().enumerate() {
            let shift = 8 - bits * (number as u8 + 1);
            *sample = (byte >> shift & mask) * factor;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_taken_from_the_highest_bits_on() {
        let mut row = [0; 5];
        unpack(&[0b0001_1011, 0b1100_0000], 2, 85, &mut row);
        assert_eq!(row, [0, 85, 170, 255, 255]);
        let mut row = [0; 3];
        unpack(&[0x1F, 0x80], 4, 1, &mut row);
        assert_eq!(row, [1, 15, 8]);
    }
}
