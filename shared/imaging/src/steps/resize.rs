//! Resampling with Lanczos3 in gamma space, alpha premultiplied meanwhile.

use bytemuck::{cast_slice, cast_slice_mut};
use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{PixelType, ResizeOptions, Resizer};

use crate::ImagingError;
use crate::geometry::Rect;
use crate::picture::{Channels, Picture, Sample};

/// `source`, a part of the decoded picture, becomes `width` x `height` pixels.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Resize {
    pub decoded_width: u32,
    pub decoded_height: u32,
    pub source: Rect,
    pub width: u32,
    pub height: u32,
}

pub(crate) fn resize<T: Sample>(picture: Picture<T>, resize: &Resize) -> Result<Picture<T>, ImagingError> {
    let (from, to) = ((f64::from(picture.width), f64::from(picture.height)), (resize.width, resize.height));
    let source = resize.source;
    if (picture.width, picture.height) == to && (source.width, source.height) == from {
        return Ok(picture);
    }
    let kind = match (picture.channels, T::MAX) {
        (Channels::Grey, 255) => PixelType::U8,
        (Channels::Rgb, 255) => PixelType::U8x3,
        (Channels::Rgba | Channels::Cmyk, 255) => PixelType::U8x4,
        (Channels::Grey, _) => PixelType::U16,
        (Channels::Rgb, _) => PixelType::U16x3,
        (Channels::Rgba | Channels::Cmyk, _) => PixelType::U16x4,
    };
    let internal = |error: &dyn std::fmt::Display| ImagingError::Internal(format!("resampling: {error}"));
    let mut target = Picture::blank(resize.width, resize.height, picture.channels);
    let input = ImageRef::new(picture.width, picture.height, cast_slice(&picture.pixels), kind)
        .map_err(|error| internal(&error))?;
    let bytes = cast_slice_mut(&mut target.pixels);
    let mut output =
        Image::from_slice_u8(resize.width, resize.height, bytes, kind).map_err(|error| internal(&error))?;
    // Floating point may have pushed the part past the edge by less than a thousandth of a pixel.
    let (x, y) = (source.x.clamp(0.0, from.0), source.y.clamp(0.0, from.1));
    let options = ResizeOptions::new()
        .crop(x, y, source.width.min(from.0 - x), source.height.min(from.1 - y))
        .use_alpha(picture.channels.has_alpha());
    Resizer::new().resize(&input, &mut output, &options).map_err(|error| internal(&error))?;
    Ok(target)
}
