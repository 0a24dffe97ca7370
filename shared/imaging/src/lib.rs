//! Pixels: what a picture is, what an edit does to it, and the bytes that come out.
//!
//! Pure and synchronous: no threads, no clock but a deadline, no network. A picture's header is judged against
//! [`Limits`] before anything of its size is allocated. `plan` turns a request and a header into steps, `run` takes
//! them one after the other and looks at the deadline between them. The first, `read`, decodes and resamples; the last is in `encode`;
//! the others are a file each in `steps`.

mod decode;
mod encode;
mod error;
mod exif;
mod foreign;
mod geometry;
mod header;
mod heif;
mod hevc;
mod jpeg;
mod libaom;
mod libjpeg;
mod libwebp;
mod limits;
mod memory;
mod orientation;
mod picture;
mod plan;
mod planes;
mod profiles;
mod read;
mod resample;
mod rgb;
mod rights;
mod run;
mod simd;
mod steps;
mod yuv420;

pub use error::{ImagingError, Measure};
pub use limits::Limits;
pub use rgb::{Rgb, rgb, rgb_memory_needed, within};

use contract::images::{Operations, Output, PictureInfo, Profiling};

/// A finished edit.
#[derive(Debug, Clone)]
pub struct Edited {
    /// The file.
    pub bytes: Vec<u8>,
    /// What came in; sides as displayed, after orientation.
    pub input: PictureInfo,
    pub output: PictureInfo,
    pub profiling: Profiling,
}

/// Edits one picture: decode, operations in the order of the specification, encode.
///
/// # Errors
/// Every fault of the input, the request or the limits is an [`ImagingError`] by its meaning. Operations this version
/// does not have are [`ImagingError::NotAvailable`] where they are active, never ignored.
pub fn edit(
    input: &[u8],
    operations: &Operations,
    output: &Output,
    limits: &Limits,
) -> Result<Edited, ImagingError> {
    run::run(input, &plan::plan(input, operations, output, limits)?, limits)
}

/// The most memory, in bytes, that [`edit`] will hold at once for this call beside the input itself: an estimate
/// from the header, before anything is decoded. Fails where [`edit`] would before decoding.
pub fn memory_needed(
    input: &[u8],
    operations: &Operations,
    output: &Output,
    limits: &Limits,
) -> Result<u64, ImagingError> {
    Ok(plan::plan(input, operations, output, limits)?.memory)
}

/// What a picture is, from its header alone.
pub fn probe(input: &[u8]) -> Result<PictureInfo, ImagingError> {
    Ok(header::read(input)?.info())
}
