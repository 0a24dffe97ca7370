use std::ffi::{CStr, CString, c_int, c_uint};
use std::mem::MaybeUninit;
use std::ptr;

use libaom_sys::{
    AOM_BITS_8, AOM_CODEC_CX_FRAME_PKT, AOM_CODEC_MEM_ERROR, AOM_CR_FULL_RANGE, AOM_ENCODER_ABI_VERSION,
    AOM_IMG_FMT_I420, AOM_IMG_FMT_I444, AOM_KF_DISABLED, AOM_Q, AOM_USAGE_ALL_INTRA, AV1E_SET_COLOR_RANGE,
    aom_codec_av1_cx, aom_codec_control, aom_codec_ctx_t, aom_codec_enc_cfg_t, aom_codec_enc_config_default,
    aom_codec_enc_init_ver, aom_codec_encode, aom_codec_err_t, aom_codec_get_cx_data, aom_codec_set_option,
    aom_image_t,
};

use super::{Context, OK, sequence};
use crate::ImagingError;
use crate::heif::Cicp;
use crate::planes::{Chroma, Planes};

/// A compressed picture and its configuration for the container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stream {
    pub data: Vec<u8>,
    /// The body of `av1C`.
    pub config: [u8; 4],
}

/// Bytes a pixel that encoding takes at most, the file included: measured on noise, without loss; photographs take three quarters.
pub(crate) const fn bytes_per_pixel(chroma: Chroma) -> u64 {
    match chroma {
        Chroma::None => 19,
        Chroma::Quarter | Chroma::Half => 20,
        Chroma::Full => 42,
    }
}

/// libaom's trade of time for size, 0 to 9. Measured on five pictures of 1000 x 750 against sharp at effort 2 in 4:2:0 (libaom's
/// speed 7), the encoder alone, at equal SSIM of luma: tuned for SSIM, 8 takes 1/2.4 of the time for 1.00 to 1.03 of the bytes
/// on average, 1.09 on the worst, a mosaic of small pictures; without tuning 1.06 on average. 9 takes 1/8.6 for 1.17, 7 takes
/// 1/1.5 for 0.95 to 1.00. Switching off CDEF, palettes, large blocks or block copy gained nothing more; quantisation
/// matrices, sharpness and other modes of delta quantisers neither.
const SPEED: &str = "8";
const FASTEST: &str = "9";

/// From this many pixels on the encoder works at its fastest: it cannot be stopped at a deadline.
const LARGE_PIXELS: u64 = 24_000_000;

fn failed(code: aom_codec_err_t) -> ImagingError {
    match code {
        AOM_CODEC_MEM_ERROR => ImagingError::Internal("libaom: out of memory".into()),
        code => ImagingError::Internal(format!("libaom: code {code}")),
    }
}

/// Encodes a picture of eight bits; `quantizer` is 0 (lossless) to 63.
pub(crate) fn write(planes: &Planes<u8>, quantizer: u8, cicp: Cicp) -> Result<Stream, ImagingError> {
    let mut context = open(planes)?;
    configure(&mut context, planes, quantizer, cicp)?;
    // SAFETY: a structure of numbers and raw pointers; all zeros is valid.
    let mut image: aom_image_t = unsafe { MaybeUninit::zeroed().assume_init() };
    let full = planes.chroma == Chroma::Full;
    image.fmt = if full { AOM_IMG_FMT_I444 } else { AOM_IMG_FMT_I420 };
    image.bit_depth = 8;
    image.monochrome = c_int::from(planes.chroma == Chroma::None);
    image.range = AOM_CR_FULL_RANGE;
    (image.w, image.h) = (planes.width, planes.height);
    (image.d_w, image.d_h) = (planes.width, planes.height);
    (image.x_chroma_shift, image.y_chroma_shift) = (c_uint::from(!full), c_uint::from(!full));
    image.bps = if full { 24 } else { 12 };
    // Why: of grey the library still reads chroma; one row serves for all.
    let middle = vec![128u8; planes.width.div_ceil(2) as usize];
    for (index, samples) in planes.samples.iter().enumerate() {
        let grey = index >= planes.count();
        let source = if grey { &middle } else { samples };
        image.planes[index] = source.as_ptr().cast_mut();
        image.stride[index] = if grey { 0 } else { planes.size(index).0 as c_int };
    }
    let mut data = Vec::new();
    // SAFETY: the context is live; the planes are as large as format and strides say, are only read, and outlive the call.
    let code = unsafe { aom_codec_encode(context.pointer(), &image, 0, 1, 0) };
    if code != OK {
        return Err(failed(code));
    }
    collect(&mut context, &mut data);
    // SAFETY: as above; no image ends the stream.
    let code = unsafe { aom_codec_encode(context.pointer(), ptr::null(), 0, 1, 0) };
    if code != OK {
        return Err(failed(code));
    }
    collect(&mut context, &mut data);
    finished(data)
}

fn open(planes: &Planes<u8>) -> Result<Context, ImagingError> {
    // SAFETY: the interface is a constant of the library.
    let interface = unsafe { aom_codec_av1_cx() };
    // SAFETY: a structure of numbers and raw pointers; all zeros is valid.
    let mut config: aom_codec_enc_cfg_t = unsafe { MaybeUninit::zeroed().assume_init() };
    // SAFETY: the library fills the structure.
    let code = unsafe { aom_codec_enc_config_default(interface, &mut config, AOM_USAGE_ALL_INTRA) };
    if code != OK {
        return Err(failed(code));
    }
    (config.g_w, config.g_h) = (planes.width, planes.height);
    config.g_threads = 1;
    // One frame: a still picture, whose header is short.
    config.g_limit = 1;
    config.g_lag_in_frames = 0;
    config.kf_mode = AOM_KF_DISABLED;
    config.g_profile = c_uint::from(planes.chroma == Chroma::Full);
    config.monochrome = c_uint::from(planes.chroma == Chroma::None);
    config.g_bit_depth = AOM_BITS_8;
    config.g_input_bit_depth = 8;
    config.rc_end_usage = AOM_Q;
    (config.rc_min_quantizer, config.rc_max_quantizer) = (0, 63);
    Context::new(|context: *mut aom_codec_ctx_t| {
        // SAFETY: the context is ours and zeroed; the library copies the configuration; the version is that of the bindings.
        unsafe { aom_codec_enc_init_ver(context, interface, &config, 0, AOM_ENCODER_ABI_VERSION as c_int) }
    })
    .map_err(failed)
}

fn configure(
    context: &mut Context,
    planes: &Planes<u8>,
    quantizer: u8,
    cicp: Cicp,
) -> Result<(), ImagingError> {
    let mut set = |name: &CStr, value: &str| {
        let internal = |_| ImagingError::Internal("libaom: a value with NUL".into());
        let value = CString::new(value).map_err(internal)?;
        // SAFETY: the context is live; name and value are texts that end with NUL.
        match unsafe { aom_codec_set_option(context.pointer(), name.as_ptr(), value.as_ptr()) } {
            OK => Ok(()),
            code => Err(failed(code)),
        }
    };
    let large = u64::from(planes.width) * u64::from(planes.height) >= LARGE_PIXELS;
    set(c"cpu-used", if large { FASTEST } else { SPEED })?;
    set(c"tune", "ssim")?;
    set(c"cq-level", &quantizer.to_string())?;
    set(c"lossless", if quantizer == 0 { "1" } else { "0" })?;
    set(c"row-mt", "0")?;
    set(c"color-primaries", &cicp.primaries.to_string())?;
    set(c"transfer-characteristics", &cicp.transfer.to_string())?;
    set(c"matrix-coefficients", &cicp.matrix.to_string())?;
    // SAFETY: the context is live; this control takes an `int`.
    let code = unsafe {
        aom_codec_control(context.pointer(), AV1E_SET_COLOR_RANGE as c_int, AOM_CR_FULL_RANGE as c_int)
    };
    if code == OK { Ok(()) } else { Err(failed(code)) }
}

/// Takes what the encoder has ready.
fn collect(context: &mut Context, data: &mut Vec<u8>) {
    let mut position = ptr::null();
    loop {
        // SAFETY: the context is live; `position` is the library's own mark.
        let packet = unsafe { aom_codec_get_cx_data(context.pointer(), &mut position) };
        // SAFETY: null, or a packet that the library keeps until the next call on the context.
        let Some(packet) = (unsafe { packet.as_ref() }) else { return };
        if packet.kind == AOM_CODEC_CX_FRAME_PKT {
            // SAFETY: packets of this kind have a frame, whose buffer has `sz` bytes.
            unsafe {
                let frame = packet.data.frame;
                data.extend_from_slice(std::slice::from_raw_parts(frame.buf.cast::<u8>(), frame.sz));
            }
        }
    }
}

/// The stream as files hold it, without the unit that begins each moment of a film.
fn finished(data: Vec<u8>) -> Result<Stream, ImagingError> {
    let data = data.strip_prefix(b"\x12\0").map(<[u8]>::to_vec).unwrap_or(data);
    let header = sequence(&data).ok_or_else(|| ImagingError::Internal("libaom wrote no picture".into()))?;
    let flags = [
        header.high_tier,
        header.bits > 8,
        header.bits > 10,
        header.monochrome,
        header.subsampled.0,
        header.subsampled.1,
    ];
    let flags = flags.iter().fold(0u8, |byte, flag| byte << 1 | u8::from(*flag)) << 2;
    let config = [0x81, header.profile << 5 | header.level, flags, 0];
    Ok(Stream { data, config })
}
