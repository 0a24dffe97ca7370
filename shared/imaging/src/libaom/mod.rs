//! libaom behind a safe interface: `read` and `write` of single AV1 pictures.
//!
//! Why C: encoders in Rust take several times as long for the same quality, and where the encoder is linked its decoder
//! comes with it. The library reports every error by a code; nothing exits the process or unwinds.
#![allow(unsafe_code)]

mod obu;
mod read;
mod write;

pub(crate) use obu::{Sequence, sequence};
pub(crate) use read::{bytes_per_pixel as decoder_bytes_per_pixel, read};
pub(crate) use write::{Stream, bytes_per_pixel as encoder_bytes_per_pixel, write};

use std::mem::MaybeUninit;

use libaom_sys::{aom_codec_ctx_t, aom_codec_destroy, aom_codec_err_t};

/// Nothing went wrong.
const OK: aom_codec_err_t = libaom_sys::AOM_CODEC_OK;

/// An initialised encoder or decoder.
struct Context(Box<aom_codec_ctx_t>);

impl Context {
    /// `init` fills the context and says whether it did.
    fn new(init: impl FnOnce(*mut aom_codec_ctx_t) -> aom_codec_err_t) -> Result<Self, aom_codec_err_t> {
        // SAFETY: a structure of numbers and raw pointers; all zeros is valid.
        let mut context = Box::new(unsafe { MaybeUninit::<aom_codec_ctx_t>::zeroed().assume_init() });
        match init(&raw mut *context) {
            OK => Ok(Self(context)),
            code => Err(code),
        }
    }

    fn pointer(&mut self) -> *mut aom_codec_ctx_t {
        &raw mut *self.0
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: initialised in `new`, destroyed only here.
        unsafe { aom_codec_destroy(self.pointer()) };
    }
}
