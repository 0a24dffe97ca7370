//! How much memory the steps of an edit take: an estimate on the safe side, from the header.

use crate::encode::Target;
use crate::header::Header;
use crate::libaom;
use crate::libjpeg::{self, Quality};
use crate::libwebp;
use crate::orientation::Orientation;
use crate::picture::Channels;
use crate::plan::Step;
use crate::profiles;
use crate::read::Read;
use crate::steps::hdr;
use crate::steps::resize::Resize;

/// What a profile is made into, both ways: tables of 33^3 and 17^4 colours in floating point, with their copies, in bytes.
const PRINT_TABLES: u64 = 6 << 20;

/// The largest sum that is alive at one time, in bytes.
pub(crate) fn peak(header: &Header, steps: &[Step]) -> u64 {
    // Of the picture between the steps.
    let mut pixels = 0;
    let mut channels = header.channels.count() as u64;
    let mut peak = 0;
    // Bytes of a sample up to the encoder.
    let depth = header.depth.bytes();
    for step in steps {
        let held = pixels * channels * depth;
        let during = match step {
            Step::Read(read) => {
                pixels = area(read.resize.width, read.resize.height);
                reading(header, read) + pixels * channels * depth
            }
            Step::Orient(orientation) if *orientation == Orientation::default() => held,
            Step::Orient(_) => 2 * held,
            Step::Color if header.profile.is_none() && header.channels != Channels::Cmyk => held,
            Step::Color => {
                // A grey profile may make the picture RGB, and so does the end of CMYK.
                channels = if header.channels == Channels::Rgba { 4 } else { 3 };
                held + pixels * channels * depth + profile(header)
            }
            Step::Hdr(settings) if !settings.is_nothing() => held + hdr::MEMORY,
            Step::Hdr(_) | Step::Adjust(_) => held,
            Step::Place(placement) => {
                pixels = area(placement.width, placement.height);
                channels = if channels == 1 { 3 } else { channels };
                held + pixels * 4 * depth
            }
            Step::Print(press) => {
                channels = 4;
                held + pixels * channels * depth + 3 * profiles::of_press(*press).len() as u64 + PRINT_TABLES
            }
            // Sixteen bits go when there are eight.
            Step::Encode(target) => {
                let eight = pixels * channels;
                (eight + encoder(target, pixels, channels)).max(if depth == 1 { 0 } else { held + eight })
            }
        };
        peak = peak.max(during);
    }
    peak
}

/// The profile as read, and what it is made into: for CMYK a table of 17^4 colours in floating point with its copies, else
/// curves.
fn profile(header: &Header) -> u64 {
    let table = if header.channels == Channels::Cmyk { 4 << 20 } else { 1 << 20 };
    header.profile.as_ref().map_or(0, |profile| 3 * profile.len() as u64 + table)
}

pub(crate) fn area(width: u32, height: u32) -> u64 {
    u64::from(width) * u64::from(height)
}

/// The decoder, what it delivers, and the resampler.
fn reading(header: &Header, read: &Read) -> u64 {
    let resize = &read.resize;
    let channels = header.channels.count() as u64;
    let decoded = if read.holds_all(header) { area(resize.decoded_width, resize.decoded_height) } else { 0 };
    let resampler = if resize.is_nothing() { 0 } else { resampler(resize, channels) };
    header.decoder_bytes + decoded * channels * header.depth.bytes() + resampler
}

/// Rows under the kernel and eight in each pass, as floating point; weights.
fn resampler(resize: &Resize, channels: u64) -> u64 {
    let samples = |length: f64, target: u32| (length / f64::from(target)).max(1.0) * 6.0 + 2.0;
    let down = samples(resize.source.height, resize.height);
    // From some point on rows are averaged first.
    let rows = down.min(100.0).min(f64::from(resize.decoded_height)) as u64 + 17;
    let passes = u64::from(resize.decoded_width) * rows * 4 + u64::from(resize.width) * 8 * 6;
    let weights = f64::from(resize.height) * down.min(100.0)
        + f64::from(resize.width) * samples(resize.source.width, resize.width);
    // Twice four bytes while they are made.
    passes * channels + weights as u64 * 12 + area(resize.width, resize.height).min(1 << 16)
}

/// Encoder state and the file, which is taken to be as large as the raw pixels at most.
fn encoder(target: &Target, pixels: u64, channels: u64) -> u64 {
    match target {
        // Coefficients of two bytes, twice (mozjpeg keeps them unquantised too): all of them in progressive files, and at
        // most that in others.
        Target::Jpeg(quality) => pixels * coefficients(quality, channels) + pixels,
        // The pixels in their smallest form, and two files.
        Target::Png { .. } => pixels * channels * 3,
        Target::Webp { mode, .. } => pixels * libwebp::bytes_per_pixel(*mode, pixels),
        Target::Avif { mode, .. } => {
            // Opacity is a picture of its own, encoded after the colours.
            let alpha = u64::from(channels == 4);
            pixels * (libaom::encoder_bytes_per_pixel(mode.chroma(channels)) + 3 * alpha)
        }
        Target::Tiff { lossy: None, .. } => pixels * channels * 2,
        // Inks keep their full resolution there.
        Target::Tiff { lossy: Some(_), .. } if channels == 4 => pixels * (16 + 2),
        Target::Tiff { lossy: Some(quality), .. } => pixels * (coefficients(quality, channels) + 2),
    }
}

/// Bytes a pixel of a JPEG's coefficients.
fn coefficients(quality: &Quality, channels: u64) -> u64 {
    match (channels, libjpeg::chroma_factor(*quality)) {
        (1, _) => 4,
        (4, 1) => 16,
        (4, _) => 10,
        (_, 1) => 12,
        _ => 6,
    }
}
