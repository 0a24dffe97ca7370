use libwebp_sys::{
    VP8StatusCode, WEBP_CSP_MODE, WebPBitstreamFeatures, WebPDecode, WebPDecoderConfig, WebPFreeDecBuffer,
    WebPGetFeatures, WebPRGBABuffer,
};

use crate::ImagingError;
use crate::picture::{Channels, Picture};

/// What the header of a WebP, or of one frame of an animation, says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Features {
    /// Pixels; of the canvas, for an animation.
    pub width: u32,
    pub height: u32,
    pub alpha: bool,
    pub animated: bool,
    pub lossless: bool,
}

fn status(code: VP8StatusCode) -> Result<(), ImagingError> {
    match code {
        VP8StatusCode::VP8_STATUS_OK => Ok(()),
        VP8StatusCode::VP8_STATUS_NOT_ENOUGH_DATA | VP8StatusCode::VP8_STATUS_SUSPENDED => {
            Err(ImagingError::corrupt("webp", "its data ends early"))
        }
        VP8StatusCode::VP8_STATUS_OUT_OF_MEMORY => {
            Err(ImagingError::Internal("libwebp: out of memory".into()))
        }
        _ => Err(ImagingError::corrupt("webp", "invalid data")),
    }
}

pub(crate) fn features(input: &[u8]) -> Result<Features, ImagingError> {
    // SAFETY: a structure of numbers; all zeros is valid.
    let mut features: WebPBitstreamFeatures = unsafe { std::mem::zeroed() };
    // SAFETY: the library reads `input` within its length and writes the structure.
    status(unsafe { WebPGetFeatures(input.as_ptr(), input.len(), &mut features) })?;
    let side = |value| u32::try_from(value).unwrap_or(0);
    Ok(Features {
        width: side(features.width),
        height: side(features.height),
        alpha: features.has_alpha != 0,
        animated: features.has_animation != 0,
        lossless: features.format == 2,
    })
}

/// Decodes a still picture into `width` x `height` pixels, RGB or RGBA; scaled where that is not its own size.
pub(crate) fn read(
    input: &[u8],
    width: u32,
    height: u32,
    channels: Channels,
) -> Result<Picture, ImagingError> {
    let own = features(input)?;
    let mut picture = Picture::blank(width, height, channels);
    let mut config =
        WebPDecoderConfig::new().map_err(|()| ImagingError::Internal("libwebp: wrong version".into()))?;
    let side =
        |value: u32| i32::try_from(value).map_err(|_| ImagingError::corrupt("webp", "its size is not valid"));
    if (own.width, own.height) != (width, height) {
        config.options.use_scaling = 1;
        config.options.scaled_width = side(width)?;
        config.options.scaled_height = side(height)?;
    }
    config.output.colorspace =
        if channels.has_alpha() { WEBP_CSP_MODE::MODE_RGBA } else { WEBP_CSP_MODE::MODE_RGB };
    config.output.is_external_memory = 1;
    config.output.u.RGBA = WebPRGBABuffer {
        rgba: picture.pixels.as_mut_ptr(),
        stride: side(width)? * channels.count() as i32,
        size: picture.pixels.len(),
    };
    // SAFETY: `input` is read within its length; the output is our buffer, whose size and stride the library checks
    // against the picture before it writes; the buffer outlives the call.
    let code = unsafe { WebPDecode(input.as_ptr(), input.len(), &mut config) };
    // SAFETY: frees what the library may have allocated itself; our buffer is marked external.
    unsafe { WebPFreeDecBuffer(&mut config.output) };
    status(code)?;
    Ok(picture)
}
