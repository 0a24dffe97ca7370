//! From an embedded ICC profile to sRGB, relative colorimetric.

use moxcms::{ColorProfile, DataColorSpace, Layout, RenderingIntent, TransformOptions};

use crate::picture::{Channels, Picture};

/// A profile that cannot be read, or is for another kind of picture, is passed over, as browsers do.
pub(crate) fn to_srgb(picture: Picture, profile: Option<&[u8]>) -> Picture {
    let Some(profile) = profile.and_then(|bytes| ColorProfile::new_from_slice(bytes).ok()) else {
        return picture;
    };
    let options = TransformOptions {
        rendering_intent: RenderingIntent::RelativeColorimetric,
        ..TransformOptions::default()
    };
    let (from, to) = match (profile.color_space, picture.channels) {
        (DataColorSpace::Rgb, Channels::Rgb) => (Layout::Rgb, Layout::Rgb),
        (DataColorSpace::Rgb, Channels::Rgba) => (Layout::Rgba, Layout::Rgba),
        (DataColorSpace::Gray, Channels::Grey) => (Layout::Gray, Layout::Rgb),
        _ => return picture,
    };
    let srgb = ColorProfile::new_srgb();
    let Ok(transform) = profile.create_transform_8bit(from, &srgb, to, options) else { return picture };
    let channels = if to == Layout::Rgba { Channels::Rgba } else { Channels::Rgb };
    let mut converted = Picture::blank(picture.width, picture.height, channels);
    let mut done = true;
    for (source, target) in picture.rows().zip(converted.rows_mut()) {
        done &= transform.transform(source, target).is_ok();
    }
    if done { converted } else { picture }
}
