//! From an embedded ICC profile to sRGB, relative colorimetric; for CMYK with black point compensation.

use std::sync::Arc;

use moxcms::{
    ColorProfile, DataColorSpace, Layout, RenderingIntent, Transform8BitExecutor, TransformOptions,
};

use super::{black_point, cmyk};
use crate::picture::{Channels, Picture};

/// A profile that cannot be read, or is for another kind of picture, is passed over, as browsers do. CMYK becomes sRGB
/// in any case.
pub(crate) fn to_srgb(picture: Picture, profile: Option<&[u8]>) -> Picture {
    let profile = profile.and_then(|bytes| ColorProfile::new_from_slice(bytes).ok());
    match profile.and_then(|profile| converted(&picture, &profile)) {
        Some(converted) => converted,
        None if picture.channels == Channels::Cmyk => cmyk::to_srgb(&picture),
        None => picture,
    }
}

/// `None` where the profile does not fit.
fn converted(picture: &Picture, profile: &ColorProfile) -> Option<Picture> {
    let (from, to) = match (profile.color_space, picture.channels) {
        (DataColorSpace::Rgb, Channels::Rgb) => (Layout::Rgb, Layout::Rgb),
        (DataColorSpace::Rgb, Channels::Rgba) => (Layout::Rgba, Layout::Rgba),
        (DataColorSpace::Gray, Channels::Grey) => (Layout::Gray, Layout::Rgb),
        (DataColorSpace::Gray, Channels::Rgba) => (Layout::GrayAlpha, Layout::Rgba),
        // Four samples without alpha go by this name too.
        (DataColorSpace::Cmyk, Channels::Cmyk) => (Layout::Rgba, Layout::Rgb),
        _ => return None,
    };
    let transform = transform(profile, from, to)?;
    let channels = if to == Layout::Rgba { Channels::Rgba } else { Channels::Rgb };
    let mut converted = Picture::blank(picture.width, picture.height, channels);
    let mut grey = Vec::new();
    for (source, target) in picture.rows().zip(converted.rows_mut()) {
        if from == Layout::GrayAlpha {
            grey.clear();
            grey.extend(source.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[3]]));
            transform.transform(&grey, target).ok()?;
        } else {
            transform.transform(source, target).ok()?;
        }
    }
    if picture.channels == Channels::Cmyk {
        let mut darkest = [0; 3];
        transform.transform(&[255; 4], &mut darkest).ok()?;
        let curve = black_point::curve(darkest);
        converted.pixels.iter_mut().for_each(|sample| *sample = curve[usize::from(*sample)]);
    }
    Some(converted)
}

fn transform(profile: &ColorProfile, from: Layout, to: Layout) -> Option<Arc<Transform8BitExecutor>> {
    let srgb = ColorProfile::new_srgb();
    let create = |rendering_intent| {
        let options = TransformOptions { rendering_intent, ..TransformOptions::default() };
        profile.create_transform_8bit(from, &srgb, to, options).ok()
    };
    // A profile of one table has the perceptual one, and it stands for all (ICC.1, 8.10.2).
    create(RenderingIntent::RelativeColorimetric).or_else(|| create(RenderingIntent::Perceptual))
}
