use mozjpeg_sys::{
    JCS_CMYK, JCS_GRAYSCALE, JCS_RGB, jpeg_abort_decompress, jpeg_create_decompress, jpeg_decompress_struct,
    jpeg_destroy_decompress, jpeg_mem_src, jpeg_read_header, jpeg_read_scanlines, jpeg_start_decompress,
};

use super::{Monitor, guarded};
use crate::ImagingError;
use crate::header::Header;
use crate::limits::Watch;
use crate::picture::{Channels, Picture};

/// That the library is asked for at once.
const ROWS: usize = 4;

/// A decompress object and its monitor, destroyed together.
struct Decoder {
    object: *mut jpeg_decompress_struct,
    monitor: *mut Monitor,
}

impl Decoder {
    fn new(watch: Watch) -> Self {
        let monitor = Monitor::new(watch);
        // SAFETY: numbers, raw pointers, C enums with a zero value and optional functions: all zeros is valid.
        let object: jpeg_decompress_struct = unsafe { std::mem::zeroed() };
        let object = Box::into_raw(Box::new(object));
        // SAFETY: both are live boxes that stay where they are until `drop`.
        unsafe {
            (*object).common.err = &raw mut (*monitor).errors;
            (*object).common.client_data = monitor.cast();
        }
        Self { object, monitor }
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        // SAFETY: made by `Box::into_raw` in `new`, freed only here; destroying is allowed in every state, even zeroed,
        // and calls no error handler.
        unsafe {
            jpeg_destroy_decompress(&mut *self.object);
            drop(Box::from_raw(self.object));
            drop(Box::from_raw(self.monitor));
        }
    }
}

/// Decodes a JPEG whose header was judged, at 1/`denominator` (1, 2, 4, 8) of its size, rounded up. CMYK comes as it is
/// stored, which may be inverted.
pub(crate) fn read(
    input: &[u8],
    header: &Header,
    denominator: u32,
    watch: Watch,
) -> Result<Picture, ImagingError> {
    let (width, height) = (header.width.div_ceil(denominator), header.height.div_ceil(denominator));
    let mut picture = Picture { width, height, channels: header.channels, pixels: Vec::new() };
    picture.pixels.reserve_exact(picture.stride() * height as usize);
    rows(input, header, denominator, watch, &mut |row| picture.pixels.extend_from_slice(row))?;
    Ok(picture)
}

/// As [`read`], row by row.
pub(crate) fn rows(
    input: &[u8],
    header: &Header,
    denominator: u32,
    watch: Watch,
    take: &mut dyn FnMut(&mut [u8]),
) -> Result<(), ImagingError> {
    let decoder = Decoder::new(watch);
    let object = decoder.object;
    guarded(decoder.monitor, || {
        // SAFETY: `object` is live and nobody else holds a reference to it while the library works; `input` outlives
        // `decoder`; errors unwind to `guarded`.
        unsafe {
            jpeg_create_decompress(object);
            (*object).common.progress = &raw mut (*decoder.monitor).progress;
            jpeg_mem_src(&mut *object, input.as_ptr(), input.len() as _);
            jpeg_read_header(&mut *object, 1);
        }
    })?;
    // SAFETY: as above; no call is under way.
    let settings = unsafe { &mut *object };
    if (settings.image_width, settings.image_height) != (header.width, header.height) {
        return Err(ImagingError::corrupt("jpeg", "its headers contradict each other"));
    }
    settings.scale_num = 1;
    settings.scale_denom = denominator;
    settings.out_color_space = match header.channels {
        Channels::Grey => JCS_GRAYSCALE,
        // YCCK is brought to CMYK.
        Channels::Cmyk => JCS_CMYK,
        Channels::Rgb | Channels::Rgba => JCS_RGB,
    };
    // SAFETY: as above.
    guarded(decoder.monitor, || unsafe { jpeg_start_decompress(&mut *object) })?;
    // SAFETY: the object is live and no call is under way.
    let (width, height, components) =
        unsafe { ((*object).output_width, (*object).output_height, (*object).output_components) };
    let expected = (header.width.div_ceil(denominator), header.height.div_ceil(denominator));
    if usize::try_from(components) != Ok(header.channels.count()) || (width, height) != expected {
        return Err(ImagingError::corrupt("jpeg", "its components contradict each other"));
    }
    deliver(&decoder, width as usize * header.channels.count(), height, take)
}

fn deliver(
    decoder: &Decoder,
    stride: usize,
    height: u32,
    take: &mut dyn FnMut(&mut [u8]),
) -> Result<(), ImagingError> {
    let object = decoder.object;
    let mut buffer = vec![0; stride * ROWS];
    guarded(decoder.monitor, || {
        let mut left = height as usize;
        while left > 0 {
            let count = left.min(ROWS);
            let mut pointers: [*mut u8; ROWS] = [std::ptr::null_mut(); ROWS];
            for (pointer, row) in pointers.iter_mut().zip(buffer.chunks_exact_mut(stride)) {
                *pointer = row.as_mut_ptr();
            }
            // SAFETY: the first `count` pointers are rows of `stride` = output_width * output_components bytes each,
            // disjoint and live; the library writes at most `count` of them.
            let done =
                unsafe { jpeg_read_scanlines(&mut *object, pointers.as_mut_ptr(), count as u32) as usize };
            if done == 0 {
                return false;
            }
            buffer.chunks_exact_mut(stride).take(done).for_each(&mut *take);
            left -= done;
        }
        // Why abort and not finish: all pixels are here, and what follows them in the file does not matter.
        // SAFETY: the object is live.
        unsafe { jpeg_abort_decompress(&mut *object) };
        true
    })?
    .then_some(())
    .ok_or_else(|| ImagingError::corrupt("jpeg", "its data ends early"))
}
