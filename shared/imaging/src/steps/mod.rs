//! The steps of an edit between decoding and encoding, a file each. A step with nothing to do returns its picture.

pub(crate) mod adjust;
mod black_point;
mod cmyk;
pub(crate) mod color;
mod colors;
mod curve;
pub(crate) mod hdr;
pub(crate) mod orient;
pub(crate) mod place;
pub(crate) mod print;
pub(crate) mod resize;
mod sharpen;
