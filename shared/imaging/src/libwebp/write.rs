use std::ffi::{c_int, c_void};

use libwebp_sys::{
    WebPConfig, WebPEncode, WebPEncodingError, WebPPicture, WebPPictureFree, WebPPictureImportRGB,
    WebPPictureImportRGBA, WebPPreset,
};

use crate::ImagingError;
use crate::limits::Watch;
use crate::picture::{Channels, Picture};
use crate::yuv420::Yuv420;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Quality 1 to 100.
    Lossy(u8),
    Lossless,
}

/// libwebp's trade of time for size, 0 to 6: its own default, and sharp's.
const METHOD: c_int = 4;

/// From this many pixels on the encoder is told to keep no tokens, 16 bytes a pixel of a noisy picture, and takes longer.
const FRUGAL_PIXELS: u64 = 8_000_000;

/// Bytes a pixel that the encoder takes at most, the file included.
pub(crate) fn bytes_per_pixel(mode: Mode, pixels: u64) -> u64 {
    match mode {
        // A plane of 32 bits, its transformed copy, hash chains and back references: measured on noise.
        Mode::Lossless => 38,
        Mode::Lossy(_) if pixels >= FRUGAL_PIXELS => 7,
        Mode::Lossy(_) => 17,
    }
}

/// Frees what the library allocated for a picture, however the encoding ends.
struct Guard(WebPPicture);

impl Drop for Guard {
    fn drop(&mut self) {
        // SAFETY: an initialised picture; freeing is allowed in every state.
        unsafe { WebPPictureFree(&mut self.0) };
    }
}

struct Job {
    bytes: Vec<u8>,
    watch: Watch,
}

extern "C" fn append(data: *const u8, size: usize, picture: *const WebPPicture) -> c_int {
    // SAFETY: the library passes `size` readable bytes and the picture of `write`, whose `custom_ptr` is a live job.
    unsafe {
        let job = (*picture).custom_ptr.cast::<Job>();
        (*job).bytes.extend_from_slice(std::slice::from_raw_parts(data, size));
    }
    1
}

/// 0 stops the encoder.
extern "C" fn progress(_percent: c_int, picture: *const WebPPicture) -> c_int {
    // SAFETY: as in `append`.
    let job = unsafe { (*picture).custom_ptr.cast::<Job>() };
    // SAFETY: the job is live and only read here.
    c_int::from(!unsafe { (*job).watch.expired() })
}

/// Copies the pixels into the library's own form.
fn import(target: &mut WebPPicture, picture: &Picture) -> Result<(), ImagingError> {
    let stride = target.width * picture.channels.count() as c_int;
    // SAFETY: the pixels are `height` rows of `stride` bytes, read only.
    let imported = unsafe {
        match picture.channels {
            Channels::Rgba => WebPPictureImportRGBA(target, picture.pixels.as_ptr(), stride),
            Channels::Rgb => WebPPictureImportRGB(target, picture.pixels.as_ptr(), stride),
            Channels::Grey | Channels::Cmyk => 0,
        }
    };
    if imported == 0 {
        return Err(ImagingError::Internal("libwebp did not take the picture".into()));
    }
    Ok(())
}

/// What is encoded.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Source<'a> {
    /// RGB or RGBA.
    Pixels(&'a Picture),
    /// For lossy files.
    Yuv420(&'a Yuv420),
}

/// WebP has BT.601 in studio range: black is 16, white 235, chroma 16 to 240.
fn in_studio_range(planes: &Yuv420) -> [Vec<u8>; 3] {
    let scaled = |plane: &Picture, table: &[u8; 256]| {
        plane.pixels.iter().map(|sample| table[usize::from(*sample)]).collect()
    };
    let luma = std::array::from_fn(|value| (16.5 + value as f32 * 219.0 / 255.0) as u8);
    let chroma = std::array::from_fn(|value| (128.5 + (value as f32 - 128.0) * 224.0 / 255.0) as u8);
    let [blue, red] = &planes.chroma;
    [scaled(&planes.luma, &luma), scaled(blue, &chroma), scaled(red, &chroma)]
}

/// Encodes a simple WebP file.
pub(crate) fn write(source: Source<'_>, mode: Mode, watch: Watch) -> Result<Vec<u8>, ImagingError> {
    let version = |()| ImagingError::Internal("libwebp: wrong version".into());
    let quality = match mode {
        // Our resampler keeps a little more of the picture than others do; a hair less of quality pays for the bytes of it.
        Mode::Lossy(quality) => 0.9975 * f32::from(quality),
        // For lossless this is effort: the default.
        Mode::Lossless => 75.0,
    };
    let mut config =
        WebPConfig::new_with_preset(WebPPreset::WEBP_PRESET_DEFAULT, quality).map_err(version)?;
    let (width, height) = match source {
        Source::Pixels(picture) => (picture.width, picture.height),
        Source::Yuv420(planes) => (planes.luma.width, planes.luma.height),
    };
    config.method = METHOD;
    let pixels = u64::from(width) * u64::from(height);
    config.low_memory = c_int::from(pixels >= FRUGAL_PIXELS);
    config.lossless = c_int::from(mode == Mode::Lossless);
    let mut target = Guard(WebPPicture::new().map_err(version)?);
    let side = |side: u32| c_int::try_from(side).map_err(|_| ImagingError::Internal("libwebp: size".into()));
    target.0.width = side(width)?;
    target.0.height = side(height)?;
    target.0.use_argb = c_int::from(mode == Mode::Lossless);
    // Outlives the call of the encoder, which reads it in place.
    let mut planes = [const { Vec::new() }; 3];
    match source {
        Source::Pixels(picture) => import(&mut target.0, picture)?,
        Source::Yuv420(source) => {
            planes = in_studio_range(source);
            target.0.y_stride = side(source.luma.width)?;
            target.0.uv_stride = side(source.chroma[0].width)?;
            let [luma, blue, red] = &mut planes;
            (target.0.y, target.0.u, target.0.v) = (luma.as_mut_ptr(), blue.as_mut_ptr(), red.as_mut_ptr());
        }
    }
    let mut job = Job { bytes: Vec::new(), watch };
    target.0.writer = Some(append);
    target.0.progress_hook = Some(progress);
    target.0.custom_ptr = (&raw mut job).cast::<c_void>();
    // SAFETY: both structures are initialised; `job` and `planes`, of the sizes and strides said, outlive the call.
    let encoded = unsafe { WebPEncode(&config, &mut target.0) };
    drop(planes);
    if encoded == 0 {
        return Err(match target.0.error_code {
            WebPEncodingError::VP8_ENC_ERROR_USER_ABORT => ImagingError::Deadline,
            code => ImagingError::Internal(format!("libwebp: {code:?}")),
        });
    }
    Ok(job.bytes)
}
