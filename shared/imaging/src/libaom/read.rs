use std::ptr;

use libaom_sys::{
    AOM_CODEC_MEM_ERROR, AOM_CODEC_UNSUP_BITSTREAM, AOM_CODEC_UNSUP_FEATURE, AOM_DECODER_ABI_VERSION,
    AOM_IMG_FMT_HIGHBITDEPTH, aom_codec_av1_dx, aom_codec_dec_cfg_t, aom_codec_dec_init_ver,
    aom_codec_decode, aom_codec_err_t, aom_codec_get_frame, aom_image_t,
};

use super::{Context, OK, Sequence, sequence};
use crate::ImagingError;
use crate::heif::Cicp;
use crate::planes::{Chroma, Planes};

/// Bytes a pixel that decoding takes at most: frames of 4:4:4 with 16-bit samples, two at a time, one of them read out, and
/// what the library keeps of each block.
pub(crate) const fn bytes_per_pixel(deep: bool) -> u64 {
    if deep { 20 } else { 16 }
}

fn failed(code: aom_codec_err_t) -> ImagingError {
    match code {
        AOM_CODEC_MEM_ERROR => ImagingError::Internal("libaom: out of memory".into()),
        AOM_CODEC_UNSUP_BITSTREAM | AOM_CODEC_UNSUP_FEATURE => ImagingError::Unsupported("such AVIF".into()),
        _ => ImagingError::corrupt("avif", "invalid data"),
    }
}

/// Decodes a stream whose picture must have `width` x `height` pixels.
///
/// # Errors
/// Corrupt, also where the stream says another size: the library allocates what the stream says.
pub(crate) fn read(data: &[u8], width: u32, height: u32) -> Result<(Planes, Cicp), ImagingError> {
    let Sequence { cicp, .. } = sequence(data)
        .filter(|sequence| (sequence.width, sequence.height) == (width, height))
        .ok_or_else(|| ImagingError::corrupt("avif", "a picture is not as large as the file says"))?;
    let config = aom_codec_dec_cfg_t { threads: 1, w: 0, h: 0, allow_lowbitdepth: 1 };
    let mut context = Context::new(|context| {
        // SAFETY: the context is ours and zeroed, the configuration outlives the call, the version is that of the bindings.
        unsafe {
            aom_codec_dec_init_ver(context, aom_codec_av1_dx(), &config, 0, AOM_DECODER_ABI_VERSION as i32)
        }
    })
    .map_err(failed)?;
    // SAFETY: the context is live; `data` is read within its length.
    let code = unsafe { aom_codec_decode(context.pointer(), data.as_ptr(), data.len(), ptr::null_mut()) };
    if code != OK {
        return Err(failed(code));
    }
    let mut position = ptr::null();
    let mut last: *mut aom_image_t = ptr::null_mut();
    loop {
        // SAFETY: the context is live; `position` is the library's own mark.
        let image = unsafe { aom_codec_get_frame(context.pointer(), &mut position) };
        if image.is_null() {
            break;
        }
        last = image;
    }
    // SAFETY: null, or an image that the library keeps until the next call on the context.
    let image = unsafe { last.as_ref() }.ok_or_else(|| ImagingError::corrupt("avif", "it has no picture"))?;
    if (image.d_w, image.d_h) != (width, height) {
        return Err(ImagingError::corrupt("avif", "a picture is not as large as the file says"));
    }
    Ok((planes(image)?, cicp))
}

fn planes(image: &aom_image_t) -> Result<Planes, ImagingError> {
    let chroma = match (image.monochrome != 0, image.x_chroma_shift, image.y_chroma_shift) {
        (true, _, _) => Chroma::None,
        (_, 0, 0) => Chroma::Full,
        (_, 1, 0) => Chroma::Half,
        (_, 1, 1) => Chroma::Quarter,
        _ => return Err(ImagingError::Unsupported("such AVIF".into())),
    };
    let bits = u8::try_from(image.bit_depth).unwrap_or(0);
    if !matches!(bits, 8 | 10 | 12) {
        return Err(ImagingError::corrupt("avif", "its depth is not valid"));
    }
    let mut planes =
        Planes { width: image.d_w, height: image.d_h, bits, chroma, samples: Default::default() };
    let wide = image.fmt & AOM_IMG_FMT_HIGHBITDEPTH != 0;
    for index in 0..planes.count() {
        let (width, height) = planes.size(index);
        let (base, stride) = (image.planes[index].cast_const(), image.stride[index] as isize);
        if base.is_null() {
            return Err(ImagingError::corrupt("avif", "a plane is missing"));
        }
        let mut samples = Vec::with_capacity(width * height);
        for row in 0..height as isize {
            // SAFETY: the library keeps `height` rows of at least `width` samples, `stride` bytes apart, one byte each or,
            // where the format says so, two, aligned.
            unsafe {
                let start = base.offset(row * stride);
                if wide {
                    samples.extend_from_slice(std::slice::from_raw_parts(start.cast::<u16>(), width));
                } else {
                    samples.extend(
                        std::slice::from_raw_parts(start, width).iter().map(|value| u16::from(*value)),
                    );
                }
            }
        }
        planes.samples[index] = samples;
    }
    Ok(planes)
}
