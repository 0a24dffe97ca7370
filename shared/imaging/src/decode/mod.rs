//! From bytes to pixels, a file a format. Each offers `header` (nothing of the picture's size is allocated) and `decode`.

mod cicp;
pub(crate) mod heif;
pub(crate) mod jpeg;
pub(crate) mod other;
pub(crate) mod png;
mod png_filter;
mod png_rows;
mod tiff;
mod tiff_cmyk;
mod tiff_counts;
mod tiff_few_bits;
mod tiff_jpeg;
mod tiff_order;
mod tiff_palette;
pub(crate) mod webp;

use crate::ImagingError;
use crate::header::{Format, Header};
use crate::limits::Watch;
use crate::picture::Raster;

/// Decodes at 1/`denominator` of the size where the format can (JPEG, opaque WebP: 1, 2, 4, 8), else at full size.
pub(crate) fn decode(
    input: &[u8],
    header: &Header,
    denominator: u32,
    watch: Watch,
) -> Result<Raster, ImagingError> {
    match header.format {
        Format::Jpeg => jpeg::decode(input, header, denominator, watch).map(Raster::Eight),
        Format::Png => png::decode(input, header, watch),
        Format::Webp => webp::decode(input, header, denominator).map(Raster::Eight),
        Format::Avif | Format::Heic => heif::decode(input, header, watch),
        Format::Gif | Format::Bmp | Format::Tiff => other::decode(input, header, watch),
    }
}

/// Whether [`decode`] heeds its denominator. A WebP with alpha is decoded whole: libwebp scales colours as if all were opaque, and what
/// is hidden would show at edges.
pub(crate) fn scales(header: &Header) -> bool {
    match header.format {
        Format::Jpeg => true,
        Format::Webp => !header.channels.has_alpha(),
        _ => false,
    }
}
