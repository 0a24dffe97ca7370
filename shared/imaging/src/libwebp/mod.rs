//! libwebp behind a safe interface: `features`, `read` and `write`.
//!
//! Why C: the encoder has no equal in Rust, and the decoder scales while decoding.
#![allow(unsafe_code)]

mod read;
mod write;

pub(crate) use read::{Features, features, read};
pub(crate) use write::{Mode, Source, bytes_per_pixel, write};
