//! Our own decoder of baseline and progressive JPEG (ITU T.81), which scales while it decodes and costs less than libjpeg.
//!
//! It takes the files that cameras and most programs write: eight bits, Huffman codes, all components in one scan or
//! progressive. Every other file, and every file it finds damaged, is libjpeg's to judge. What makes it quick: bytes are
//! unstuffed in pieces, so that the bit reader refills without a branch; one look-up gives run, value and length of a
//! coefficient; behind the last coefficient that the wanted size needs, one look-up passes over several; and of a progressive
//! file only the coefficients that this size needs are kept.

mod bits;
mod block;
mod color;
mod decoder;
mod huffman;
mod idct;
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
mod idct_avx2;
mod layout;
mod picture;
mod progressive;
mod scan;
mod segments;
mod sequential;
#[cfg(test)]
mod tests;
mod upsample;

pub(crate) use color::rgb_row;
pub(crate) use decoder::Decoder;
pub(crate) use layout::{Plane, Region};
pub(crate) use picture::picture;
pub(crate) use scan::{Sampling, Scan};
