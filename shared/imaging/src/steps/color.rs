//! From an embedded ICC profile to sRGB, relative colorimetric; for CMYK with black point compensation.

use std::sync::Arc;

use moxcms::{
    CmsError, ColorProfile, DataColorSpace, Layout, RenderingIntent, TransformExecutor, TransformOptions,
};

use super::{black_point, cmyk};
use crate::picture::{Channels, Picture, Sample};

type Transform<T> = Arc<dyn TransformExecutor<T> + Send + Sync>;

/// A sample that profiles can be applied to.
pub(crate) trait Convert: Sample {
    /// From `profile` with samples laid out as `from` to sRGB laid out as `to`.
    fn transform(
        profile: &ColorProfile,
        from: Layout,
        to: Layout,
        options: TransformOptions,
    ) -> Result<Transform<Self>, CmsError>;
}

impl Convert for u8 {
    fn transform(
        profile: &ColorProfile,
        from: Layout,
        to: Layout,
        options: TransformOptions,
    ) -> Result<Transform<Self>, CmsError> {
        profile.create_transform_8bit(from, &ColorProfile::new_srgb(), to, options)
    }
}

impl Convert for u16 {
    fn transform(
        profile: &ColorProfile,
        from: Layout,
        to: Layout,
        options: TransformOptions,
    ) -> Result<Transform<Self>, CmsError> {
        profile.create_transform_16bit(from, &ColorProfile::new_srgb(), to, options)
    }
}

/// A profile that cannot be read, or is for another kind of picture, is passed over, as browsers do. CMYK becomes sRGB
/// in any case.
pub(crate) fn to_srgb<T: Convert>(picture: Picture<T>, profile: Option<&[u8]>) -> Picture<T> {
    let profile = profile.and_then(|bytes| ColorProfile::new_from_slice(bytes).ok());
    match profile.and_then(|profile| converted(&picture, &profile)) {
        Some(converted) => converted,
        None if picture.channels == Channels::Cmyk => cmyk::to_srgb(&picture),
        None => picture,
    }
}

/// `None` where the profile does not fit.
fn converted<T: Convert>(picture: &Picture<T>, profile: &ColorProfile) -> Option<Picture<T>> {
    let (from, to) = match (profile.color_space, picture.channels) {
        (DataColorSpace::Rgb, Channels::Rgb) => (Layout::Rgb, Layout::Rgb),
        (DataColorSpace::Rgb, Channels::Rgba) => (Layout::Rgba, Layout::Rgba),
        (DataColorSpace::Gray, Channels::Grey) => (Layout::Gray, Layout::Rgb),
        (DataColorSpace::Gray, Channels::Rgba) => (Layout::GrayAlpha, Layout::Rgba),
        // Four samples without alpha go by this name too.
        (DataColorSpace::Cmyk, Channels::Cmyk) => (Layout::Rgba, Layout::Rgb),
        _ => return None,
    };
    let transform = transform::<T>(profile, from, to)?;
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
        let mut darkest = [T::default(); 3];
        transform.transform(&[T::from_number(T::MAX); 4], &mut darkest).ok()?;
        let curve = black_point::curve(darkest);
        converted.pixels.iter_mut().for_each(|sample| *sample = sample.look_up(&curve));
    }
    Some(converted)
}

fn transform<T: Convert>(profile: &ColorProfile, from: Layout, to: Layout) -> Option<Transform<T>> {
    let create = |rendering_intent| {
        let options = TransformOptions { rendering_intent, ..TransformOptions::default() };
        T::transform(profile, from, to, options).ok()
    };
    // A profile of one table has the perceptual one, and it stands for all (ICC.1, 8.10.2).
    create(RenderingIntent::RelativeColorimetric).or_else(|| create(RenderingIntent::Perceptual))
}
