use mozjpeg_sys::{
    JCP_FASTEST, JCS_CMYK, JCS_GRAYSCALE, JCS_RGB, JCS_YCCK, JCS_YCbCr, JHUFF_TBL, JINT_COMPRESS_PROFILE,
    boolean, c_int, jpeg_c_set_int_param, jpeg_compress_struct, jpeg_create_compress, jpeg_destination_mgr,
    jpeg_destroy_compress, jpeg_finish_compress, jpeg_set_colorspace, jpeg_set_defaults, jpeg_set_quality,
    jpeg_simple_progression, jpeg_start_compress, jpeg_write_marker, jpeg_write_raw_data,
    jpeg_write_scanlines,
};

use super::codes::Codes;
use super::source::{BLOCK, Source, Strip};
use super::{Monitor, guarded, sample};
use crate::ImagingError;
use crate::limits::Watch;
use crate::picture::Channels;
use crate::yuv420::Yuv420;

/// How a JPEG is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quality {
    /// 1 to 100.
    pub quality: u8,
    pub progressive: bool,
    /// Dots an inch for the JFIF header.
    pub dpi: Option<u16>,
}

/// From this quality on chroma keeps its full resolution, as libvips does.
const FULL_CHROMA_QUALITY: u8 = 90;
/// From this many pixels on Huffman codes are made from a part of the picture.
const SAMPLED_PIXELS: u64 = 160_000;
const CHUNK: usize = 1 << 16;
const EXIF_MARKER: c_int = 0xE1;
const PROFILE_MARKER: c_int = 0xE2;
/// Bytes of a profile that one segment holds beside its name and numbers.
const PROFILE_PART: usize = 65_519;

/// What the stream is, and what stands before the picture in it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stream<'a> {
    /// A file: a TIFF structure for an APP1 segment, and an ICC profile for APP2 segments. CMYK is written as Adobe's programs
    /// do: as YCCK, inverted, with their marker.
    File { exif: Option<&'a [u8]>, profile: Option<&'a [u8]> },
    /// A strip of a TIFF: CMYK stays as it is, full ink being 255, each ink at full resolution.
    Strip,
}

/// Collects what the library writes.
#[repr(C)]
struct Sink {
    manager: jpeg_destination_mgr,
    bytes: Vec<u8>,
    chunk: Vec<u8>,
}

struct Encoder {
    object: *mut jpeg_compress_struct,
    monitor: *mut Monitor,
    sink: *mut Sink,
}

impl Encoder {
    fn new(watch: Watch) -> Self {
        let monitor = Monitor::new(watch);
        let manager = jpeg_destination_mgr {
            next_output_byte: std::ptr::null_mut(),
            free_in_buffer: 0,
            init_destination: Some(init_destination),
            empty_output_buffer: Some(empty_output_buffer),
            term_destination: Some(term_destination),
        };
        let sink = Box::into_raw(Box::new(Sink { manager, bytes: Vec::new(), chunk: vec![0; CHUNK] }));
        // SAFETY: numbers, raw pointers, C enums with a zero value and optional functions: all zeros is valid.
        let object: jpeg_compress_struct = unsafe { std::mem::zeroed() };
        let object = Box::into_raw(Box::new(object));
        // SAFETY: all three are live boxes that stay where they are until `drop`.
        unsafe {
            (*object).common.err = &raw mut (*monitor).errors;
            (*object).common.client_data = monitor.cast();
        }
        Self { object, monitor, sink }
    }
}

impl Drop for Encoder {
    fn drop(&mut self) {
        // SAFETY: made by `Box::into_raw` in `new`, freed only here; destroying is allowed in every state.
        unsafe {
            jpeg_destroy_compress(&mut *self.object);
            drop(Box::from_raw(self.object));
            drop(Box::from_raw(self.sink));
            drop(Box::from_raw(self.monitor));
        }
    }
}

/// Hands the library an empty chunk.
///
/// # Safety
/// `object.dest` is a live [`Sink`].
unsafe fn refill(object: &mut jpeg_compress_struct) {
    let sink = object.dest.cast::<Sink>();
    // SAFETY: by the function's contract; the chunk is never resized, so the pointer stays good.
    unsafe {
        (*sink).manager.next_output_byte = (*sink).chunk.as_mut_ptr();
        (*sink).manager.free_in_buffer = CHUNK;
    }
}

unsafe extern "C-unwind" fn init_destination(object: &mut jpeg_compress_struct) {
    // SAFETY: `write` set `dest` to a live sink.
    unsafe { refill(object) }
}

unsafe extern "C-unwind" fn empty_output_buffer(object: &mut jpeg_compress_struct) -> boolean {
    let sink = object.dest.cast::<Sink>();
    // SAFETY: as above. The library calls this only when the whole chunk is written.
    unsafe {
        let sink = &mut *sink;
        sink.bytes.extend_from_slice(&sink.chunk);
        refill(object);
    }
    1
}

unsafe extern "C-unwind" fn term_destination(object: &mut jpeg_compress_struct) {
    let sink = object.dest.cast::<Sink>();
    // SAFETY: as above.
    unsafe {
        let sink = &mut *sink;
        let written = CHUNK.saturating_sub(sink.manager.free_in_buffer);
        sink.bytes.extend_from_slice(&sink.chunk[..written]);
    }
}

/// How many times coarser than luma chroma is stored, each way.
pub(crate) fn chroma_factor(quality: Quality) -> u16 {
    if quality.quality >= FULL_CHROMA_QUALITY { 1 } else { 2 }
}

/// Encodes a picture.
pub(crate) fn write(
    source: Source<'_>,
    quality: Quality,
    stream: Stream,
    watch: Watch,
) -> Result<Vec<u8>, ImagingError> {
    let fits = match source {
        Source::Pixels(picture) => picture.channels != Channels::Rgba,
        Source::Yuv420(_) => chroma_factor(quality) == 2,
    };
    if !fits {
        return Err(ImagingError::Internal("JPEG cannot hold such pixels".into()));
    }
    let encoder = Encoder::new(watch);
    let inverted = source.channels() == Channels::Cmyk && matches!(stream, Stream::File { .. });
    let mut turned = Vec::new();
    guarded(encoder.monitor, || {
        // SAFETY: all pointers are live until `encoder` is dropped, and nobody else refers to them meanwhile; rows are
        // read only, as many samples each as the library was told; errors unwind to `guarded`.
        unsafe {
            configure(&encoder, source, quality, stream);
            let object = encoder.object;
            choose_codes(&mut *object, source, quality);
            jpeg_start_compress(&mut *object, 1);
            if let Stream::File { exif, profile } = stream {
                segments(&mut *object, exif, profile);
            }
            match source {
                Source::Pixels(picture) => {
                    for row in picture.rows() {
                        let row = if inverted {
                            turned.clear();
                            turned.extend(row.iter().map(|ink| 255 - ink));
                            &turned
                        } else {
                            row
                        };
                        let pointer = row.as_ptr();
                        jpeg_write_scanlines(&mut *object, &pointer, 1);
                    }
                }
                Source::Yuv420(planes) => write_planes(&mut *object, planes),
            }
            jpeg_finish_compress(&mut *object);
        }
    })
    .map_err(|error| match error {
        ImagingError::Corrupt { detail, .. } => ImagingError::Internal(format!("libjpeg, writing: {detail}")),
        error => error,
    })?;
    // SAFETY: no call is under way.
    Ok(unsafe { std::mem::take(&mut (*encoder.sink).bytes) })
}

/// # Safety
/// `object` was started for raw data of three components, the first of two by two blocks a unit; errors unwind to `guarded`.
unsafe fn write_planes(object: &mut jpeg_compress_struct, planes: &Yuv420) {
    let units = (planes.luma.width as usize).div_ceil(2 * BLOCK);
    let [blue, red] = &planes.chroma;
    let mut strips =
        [(&planes.luma, 2), (blue, 1), (red, 1)].map(|(plane, blocks)| (plane, Strip::new(units, blocks)));
    for unit in 0..(planes.luma.height as usize).div_ceil(2 * BLOCK) {
        for (plane, strip) in &mut strips {
            strip.fill(plane, unit * strip.rows);
        }
        let rows = strips.each_ref().map(|(_, strip)| strip.pointers());
        let components = rows.each_ref().map(|rows| rows.as_ptr());
        // SAFETY: each component has the rows of one unit, `stride` samples each: whole blocks, as the library reads them.
        unsafe { jpeg_write_raw_data(object, components.as_ptr(), 2 * BLOCK as u32) };
    }
}

/// # Safety
/// Compression has begun, and no row is written yet.
unsafe fn segments(object: &mut jpeg_compress_struct, exif: Option<&[u8]>, profile: Option<&[u8]>) {
    let mut write = |marker: c_int, segment: &[u8]| {
        // SAFETY: by the function's contract; the segment is only read, and not longer than 65,533 bytes.
        unsafe { jpeg_write_marker(object, marker, segment.as_ptr(), segment.len() as u32) };
    };
    if let Some(exif) = exif.filter(|exif| exif.len() < 65_000) {
        write(EXIF_MARKER, &[b"Exif\0\0", exif].concat());
    }
    let parts: Vec<&[u8]> = profile.unwrap_or_default().chunks(PROFILE_PART).collect();
    for (index, part) in parts.iter().enumerate() {
        // Numbers from 1 (ICC.1, annex B.4).
        let place = [index as u8 + 1, parts.len() as u8];
        write(PROFILE_MARKER, &[b"ICC_PROFILE\0", &place[..], part].concat());
    }
}

/// # Safety
/// The pointers of `encoder` are live and not referred to elsewhere.
unsafe fn configure(encoder: &Encoder, source: Source<'_>, quality: Quality, stream: Stream) {
    // SAFETY: by the function's contract.
    let object = unsafe { &mut *encoder.object };
    let channels = source.channels();
    // SAFETY: the object is live; each function is called in the order the library asks for.
    unsafe {
        jpeg_create_compress(object);
        object.common.progress = &raw mut (*encoder.monitor).progress;
        object.dest = encoder.sink.cast();
        (object.image_width, object.image_height) = source.size();
        object.input_components = channels.count() as c_int;
        object.in_color_space = match (source, channels) {
            (Source::Yuv420(_), _) => JCS_YCbCr,
            (_, Channels::Grey) => JCS_GRAYSCALE,
            (_, Channels::Rgb | Channels::Rgba) => JCS_RGB,
            (_, Channels::Cmyk) => JCS_CMYK,
        };
        // Why: mozjpeg's own profile (trellis quantisation) costs several times the CPU for some 10% of size.
        jpeg_c_set_int_param(object, JINT_COMPRESS_PROFILE, JCP_FASTEST as c_int);
        jpeg_set_defaults(object);
        jpeg_set_quality(object, c_int::from(quality.quality), 1);
        match (channels, stream) {
            (Channels::Cmyk, Stream::Strip) => object.write_Adobe_marker = 0,
            (Channels::Cmyk, Stream::File { .. }) => jpeg_set_colorspace(object, JCS_YCCK),
            _ => {}
        }
        let factor = c_int::from(chroma_factor(quality));
        // Luma and black are as fine as the picture; the two between them are chroma.
        let fine: &[usize] = match (channels, stream) {
            (Channels::Rgb | Channels::Rgba, _) => &[0],
            (Channels::Cmyk, Stream::File { .. }) => &[0, 3],
            (Channels::Grey, _) | (Channels::Cmyk, Stream::Strip) => &[],
        };
        for component in fine {
            let component = &mut *object.comp_info.add(*component);
            component.h_samp_factor = factor;
            component.v_samp_factor = factor;
        }
        object.raw_data_in = boolean::from(matches!(source, Source::Yuv420(_)));
        if quality.progressive {
            jpeg_simple_progression(object);
        }
        if let Some(dpi) = quality.dpi {
            object.density_unit = 1;
            object.X_density = dpi;
            object.Y_density = dpi;
        }
    }
}

/// Small pictures, CMYK and progressive ones, whose coefficients are kept in any case, have the codes that suit them best; others
/// those that suit a part of them, which is nearly as good.
///
/// # Safety
/// The object is configured, and not referred to elsewhere.
unsafe fn choose_codes(object: &mut jpeg_compress_struct, source: Source<'_>, quality: Quality) {
    let (width, height) = source.size();
    let simple = matches!(source.channels(), Channels::Grey | Channels::Rgb);
    if !simple || quality.progressive || u64::from(width) * u64::from(height) < SAMPLED_PIXELS {
        object.optimize_coding = 1;
        return;
    }
    object.optimize_coding = 0;
    // SAFETY: defaults have been set, which allocates two tables of each kind, for as long as the object lives.
    unsafe {
        let steps = [0, 1].map(|index| (*object.quant_tbl_ptrs[index]).quantval);
        let tables = sample::tables(source, steps.each_ref(), usize::from(chroma_factor(quality)));
        for index in 0..2 {
            set_codes(&mut *object.dc_huff_tbl_ptrs[index], &tables.dc[index]);
            set_codes(&mut *object.ac_huff_tbl_ptrs[index], &tables.ac[index]);
        }
    }
}

fn set_codes(table: &mut JHUFF_TBL, codes: &Codes) {
    table.bits = codes.bits;
    table.huffval = [0; 256];
    table.huffval[..codes.symbols.len()].copy_from_slice(&codes.symbols);
}
