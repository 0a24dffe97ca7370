//! libjpeg (mozjpeg's build of libjpeg-turbo) behind a safe interface: `read` and `write`.
//!
//! Why C: entropy coding and DCT are most of an edit's time; what [`crate::jpeg`] does not read, no other decoder in
//! Rust reads at a smaller scale. The library reports errors by a callback that must not return; ours unwinds to
//! [`guarded`] with a private payload, which the library is compiled for (`-fexceptions`), so nothing exits the process and
//! no panic message appears.
#![allow(unsafe_code)]

mod codes;
mod read;
mod sample;
mod source;
mod write;

pub(crate) use read::{read, rows};
pub(crate) use source::Source;
pub(crate) use write::{Quality, Stream, chroma_factor, write};

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use mozjpeg_sys::{
    JERR_OUT_OF_MEMORY, JWRN_ADOBE_XFORM, JWRN_BOGUS_PROGRESSION, JWRN_EXTRANEOUS_DATA, JWRN_HIT_MARKER,
    JWRN_JFIF_MAJOR, JWRN_JPEG_EOF, c_int, jpeg_common_struct, jpeg_decompress_struct, jpeg_error_mgr,
    jpeg_progress_mgr, jpeg_std_error,
};

use crate::ImagingError;
use crate::limits::Watch;

/// More scans than any encoder writes; a few bytes a scan can cost a pass over the whole picture.
pub(crate) const MAX_SCANS: usize = 100;

/// The payload of an unwinding out of the library.
struct Stop;

#[derive(Debug, Clone, Copy)]
enum Failure {
    /// A message code of libjpeg.
    Code(c_int),
    Scans,
    Deadline,
}

/// What the callbacks of one call into the library share. Lives in a box, since the library keeps its address.
#[repr(C)]
struct Monitor {
    errors: jpeg_error_mgr,
    progress: jpeg_progress_mgr,
    watch: Watch,
    failure: Option<Failure>,
}

impl Monitor {
    /// To be freed with `Box::from_raw` after the library's object is destroyed.
    fn new(watch: Watch) -> *mut Self {
        // SAFETY: the structure holds numbers, raw pointers and optional functions; all zeros is valid for each, and
        // `jpeg_std_error` fills it.
        let mut errors: jpeg_error_mgr = unsafe { std::mem::zeroed() };
        // SAFETY: it writes into the structure it is given, and nothing else.
        unsafe { jpeg_std_error(&mut errors) };
        errors.error_exit = Some(error_exit);
        errors.emit_message = Some(emit_message);
        errors.output_message = Some(output_message);
        let progress = jpeg_progress_mgr {
            progress_monitor: Some(progress_monitor),
            pass_counter: 0,
            pass_limit: 0,
            completed_passes: 0,
            total_passes: 0,
        };
        Box::into_raw(Box::new(Self { errors, progress, watch, failure: None }))
    }
}

/// Notes the failure and leaves the library.
///
/// # Safety
/// `common.client_data` is a live [`Monitor`], and [`guarded`] is below on the stack.
unsafe fn stop(common: &mut jpeg_common_struct, failure: Failure) -> ! {
    // SAFETY: by the function's contract.
    unsafe { (*common.client_data.cast::<Monitor>()).failure = Some(failure) };
    resume_unwind(Box::new(Stop))
}

unsafe extern "C-unwind" fn error_exit(common: &mut jpeg_common_struct) {
    // SAFETY: the library sets `err` before any call; the rest as for `stop`, which `read` and `write` see to.
    unsafe {
        let code = (*common.err).msg_code;
        stop(common, Failure::Code(code))
    }
}

/// Warnings mean damage, except for those that every viewer passes over.
unsafe extern "C-unwind" fn emit_message(common: &mut jpeg_common_struct, level: c_int) {
    // SAFETY: as in `error_exit`.
    let code = unsafe { (*common.err).msg_code };
    let harmless =
        matches!(code, JWRN_ADOBE_XFORM | JWRN_BOGUS_PROGRESSION | JWRN_EXTRANEOUS_DATA | JWRN_JFIF_MAJOR);
    if level < 0 && !harmless {
        // SAFETY: as in `error_exit`.
        unsafe { stop(common, Failure::Code(code)) }
    }
}

unsafe extern "C-unwind" fn output_message(_common: &mut jpeg_common_struct) {}

unsafe extern "C-unwind" fn progress_monitor(common: &mut jpeg_common_struct) {
    // SAFETY: `client_data` is the monitor of this call.
    let expired = unsafe { (*common.client_data.cast::<Monitor>()).watch.expired() };
    if expired {
        // SAFETY: as in `error_exit`.
        unsafe { stop(common, Failure::Deadline) }
    }
    if common.is_decompressor != 0 {
        let decoder: *mut jpeg_decompress_struct = std::ptr::from_mut(common).cast();
        // SAFETY: a common structure whose flag says so is the beginning of a decompress structure.
        if unsafe { (*decoder).input_scan_number } > MAX_SCANS as c_int {
            // SAFETY: as in `error_exit`.
            unsafe { stop(common, Failure::Scans) }
        }
    }
}

/// Runs calls into the library; an unwinding by [`stop`] becomes its failure, any other panic goes on.
fn guarded<T>(monitor: *mut Monitor, calls: impl FnOnce() -> T) -> Result<T, ImagingError> {
    catch_unwind(AssertUnwindSafe(calls)).map_err(|payload: Box<dyn Any + Send>| {
        if !payload.is::<Stop>() {
            resume_unwind(payload);
        }
        // SAFETY: the caller frees the monitor only after this function.
        match unsafe { (*monitor).failure } {
            Some(Failure::Deadline) => ImagingError::Deadline,
            Some(Failure::Scans) => ImagingError::corrupt("jpeg", "it has too many scans"),
            Some(Failure::Code(JERR_OUT_OF_MEMORY)) => {
                ImagingError::Internal("libjpeg: out of memory".into())
            }
            Some(Failure::Code(JWRN_JPEG_EOF | JWRN_HIT_MARKER)) => {
                ImagingError::corrupt("jpeg", "its data ends early")
            }
            Some(Failure::Code(code)) => {
                ImagingError::corrupt("jpeg", format_args!("invalid data (code {code})"))
            }
            None => ImagingError::Internal("libjpeg stopped without a reason".into()),
        }
    })
}
