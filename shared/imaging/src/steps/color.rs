//! From an embedded ICC profile to sRGB, relative colorimetric; for CMYK with black point compensation.

use std::sync::Arc;

use moxcms::{
    CmsError, ColorProfile, DataColorSpace, Layout, RenderingIntent, ToneReprCurve, TransformExecutor,
    TransformOptions,
};

use super::{black_point, cmyk, print};
use crate::ImagingError;
use crate::limits::Watch;
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
///
/// # Errors
/// The deadline.
pub(crate) fn to_srgb<T: Convert>(
    picture: Picture<T>,
    profile: Option<&[u8]>,
    watch: Watch,
) -> Result<Picture<T>, ImagingError> {
    let profile = profile.and_then(|bytes| ColorProfile::new_from_slice(bytes).ok());
    match profile.and_then(|profile| Conversion::new(&to_luminance(profile), picture.channels)) {
        Some(conversion) => conversion.apply(&picture, watch),
        None if picture.channels == Channels::Cmyk => cmyk::to_srgb(&picture, watch),
        None => Ok(picture),
    }
}

/// A grey profile whose curve leads to lightness (CIE L*) as one whose curve leads to luminance: `moxcms` takes none of the first kind.
fn to_luminance(mut profile: ColorProfile) -> ColorProfile {
    const STEPS: u16 = 4095;
    let grey = profile.color_space == DataColorSpace::Gray && profile.pcs == DataColorSpace::Lab;
    let curve =
        profile.gray_trc.as_ref().filter(|_| grey).and_then(|curve| curve.make_linear_evaluator().ok());
    if let Some(curve) = curve {
        let luminance = |step| {
            let f = (100.0 * curve.evaluate_value(f32::from(step) / f32::from(STEPS)) + 16.0) / 116.0;
            let luminance = if f > 6.0 / 29.0 { f.powi(3) } else { (f - 4.0 / 29.0) * 108.0 / 841.0 };
            (luminance * 65_535.0 + 0.5) as u16
        };
        profile.gray_trc = Some(ToneReprCurve::Lut((0..=STEPS).map(luminance).collect()));
        profile.pcs = DataColorSpace::Xyz;
    }
    profile
}

struct Conversion<T: Convert> {
    transform: Transform<T>,
    from: Layout,
    to: Channels,
    /// Of CMYK: what becomes of each sample after the transform.
    black_point: Option<T::Table<T>>,
}

impl<T: Convert> Conversion<T> {
    /// `None` where the profile does not fit.
    fn new(profile: &ColorProfile, channels: Channels) -> Option<Self> {
        let (from, layout) = match (profile.color_space, channels) {
            (DataColorSpace::Rgb, Channels::Rgb) => (Layout::Rgb, Layout::Rgb),
            (DataColorSpace::Rgb, Channels::Rgba) => (Layout::Rgba, Layout::Rgba),
            (DataColorSpace::Gray, Channels::Grey) => (Layout::Gray, Layout::Rgb),
            (DataColorSpace::Gray, Channels::Rgba) => (Layout::GrayAlpha, Layout::Rgba),
            // Four samples without alpha go by this name too.
            (DataColorSpace::Cmyk, Channels::Cmyk) => (Layout::Rgba, Layout::Rgb),
            _ => return None,
        };
        let create = |rendering_intent| {
            let options = TransformOptions { rendering_intent, ..TransformOptions::default() };
            T::transform(profile, from, layout, options).ok()
        };
        // A profile of one table has the perceptual one, and it stands for all (ICC.1, 8.10.2).
        let transform =
            create(RenderingIntent::RelativeColorimetric).or_else(|| create(RenderingIntent::Perceptual))?;
        let mut black_point = None;
        if channels == Channels::Cmyk {
            black_point = Some(black_point::curve::<T>(match print::darkest(profile) {
                Some(darkest) => darkest,
                None => Self::all_inks(&transform)?,
            }));
        }
        let to = if layout == Layout::Rgba { Channels::Rgba } else { Channels::Rgb };
        Some(Self { transform, from, to, black_point })
    }

    /// Luminance of all inks together, for presses whose profile has no way from colours to inks.
    fn all_inks(transform: &Transform<T>) -> Option<f32> {
        let mut darkest = [T::default(); 3];
        transform.transform(&[T::from_number(T::MAX); 4], &mut darkest).ok()?;
        Some(black_point::luminance(darkest))
    }

    fn apply(&self, picture: &Picture<T>, watch: Watch) -> Result<Picture<T>, ImagingError> {
        let mut converted = Picture::blank(picture.width, picture.height, self.to);
        let mut grey = Vec::new();
        for (index, (source, target)) in picture.rows().zip(converted.rows_mut()).enumerate() {
            watch.check_at(index)?;
            let source = if self.from == Layout::GrayAlpha {
                grey.clear();
                grey.extend(source.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[3]]));
                &grey
            } else {
                source
            };
            self.transform
                .transform(source, target)
                .map_err(|error| ImagingError::Internal(format!("profile: {error}")))?;
            if let Some(curve) = &self.black_point {
                target.iter_mut().for_each(|sample| *sample = sample.look_up(curve));
            }
        }
        Ok(converted)
    }
}
