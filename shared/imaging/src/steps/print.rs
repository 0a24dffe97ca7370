//! sRGB to the inks of a press: relative colorimetric with black point compensation, as prepress programs do by default.

use std::sync::Arc;

use contract::images::ColorProfile as Press;
use moxcms::{CmsError, ColorProfile, Layout, RenderingIntent, TransformExecutor, TransformOptions};

use super::black_point;
use super::curve::encoded;
use crate::limits::Watch;
use crate::picture::{Channels, Picture, Sample};
use crate::{ImagingError, profiles};

type Transform = Arc<dyn TransformExecutor<u16> + Send + Sync>;

const OPTIONS: fn() -> TransformOptions = || TransformOptions {
    rendering_intent: RenderingIntent::RelativeColorimetric,
    ..TransformOptions::default()
};

/// After which black is found to well below a level of eight bits.
const ROUNDS: u32 = 3;

/// From sRGB to the inks of a press.
fn to_inks(press: &ColorProfile) -> Result<Transform, CmsError> {
    ColorProfile::new_srgb().create_transform_16bit(Layout::Rgb, press, Layout::Rgba, OPTIONS())
}

/// Luminance (0..1) of the darkest neutral that a press prints within its limit of ink; `None` where its profile does not
/// tell.
pub(super) fn darkest(press: &ColorProfile) -> Option<f32> {
    let there = to_inks(press).ok()?;
    let srgb = ColorProfile::new_srgb();
    let back = press.create_transform_16bit(Layout::Rgba, &srgb, Layout::Rgb, OPTIONS()).ok()?;
    let mut luminance = 0.0;
    // Why again: the darkest colour is not neutral as a rule, and a neutral as dark may be out of reach.
    for _ in 0..ROUNDS {
        let (mut inks, mut color) = ([0; 4], [0; 3]);
        there.transform(&[u16::from_unit(encoded(luminance)); 3], &mut inks).ok()?;
        back.transform(&inks, &mut color).ok()?;
        luminance = black_point::luminance(color);
    }
    Some(luminance)
}

/// Grey or RGB as cyan, magenta, yellow and black.
///
/// # Errors
/// The deadline.
pub(crate) fn print<T: Sample>(
    picture: &Picture<T>,
    press: Press,
    watch: Watch,
) -> Result<Picture<T>, ImagingError> {
    let internal = |error: CmsError| ImagingError::Internal(format!("profile of a press: {error}"));
    let profile = ColorProfile::new_from_slice(profiles::of_press(press)).map_err(internal)?;
    let transform = to_inks(&profile).map_err(internal)?;
    let black = darkest(&profile).ok_or_else(|| ImagingError::Internal("a press has no black".into()))?;
    let curve = black_point::raised::<T>(black);
    let mut printed = Picture::blank(picture.width, picture.height, Channels::Cmyk);
    // Between the two tables values are finer than eight bits.
    let mut colors: Vec<u16> = Vec::new();
    let mut inks = vec![0; printed.stride()];
    for (index, (source, target)) in picture.rows().zip(printed.rows_mut()).enumerate() {
        watch.check_at(index)?;
        let raised = |sample: T| sample.look_up(&curve);
        colors.clear();
        match picture.channels {
            Channels::Grey => colors.extend(source.iter().flat_map(|grey| [raised(*grey); 3])),
            Channels::Rgb => colors.extend(source.iter().map(|sample| raised(*sample))),
            Channels::Rgba | Channels::Cmyk => {
                return Err(ImagingError::Internal("only opaque RGB is printed".into()));
            }
        }
        transform.transform(&colors, &mut inks).map_err(internal)?;
        for (target, ink) in target.iter_mut().zip(&inks) {
            *target = T::from_unit(ink.unit());
        }
    }
    Ok(printed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;

    const PRESSES: [(Press, u32); 4] = [
        (Press::IsoCoated, 330),
        (Press::IsoUncoated, 300),
        (Press::UsWebCoated, 300),
        (Press::UsWebUncoated, 260),
    ];

    fn inks(press: Press, color: [u8; 3]) -> Vec<u8> {
        let picture = Picture { width: 1, height: 1, channels: Channels::Rgb, pixels: color.to_vec() };
        print(&picture, press, Limits::default().watch()).unwrap().pixels
    }

    #[test]
    fn white_is_bare_paper() {
        for (press, _) in PRESSES {
            assert!(
                inks(press, [255; 3]).iter().all(|ink| *ink <= 2),
                "{press:?} {:?}",
                inks(press, [255; 3])
            );
        }
    }

    #[test]
    fn black_has_much_black_ink_and_no_colour_exceeds_the_limit_of_ink() {
        for (press, limit) in PRESSES {
            assert!(inks(press, [0; 3])[3] > 220, "{press:?} {:?}", inks(press, [0; 3]));
            let steps = || (0..=255u8).step_by(17);
            let colors: Vec<u8> = steps()
                .flat_map(|red| steps().map(move |green| (red, green)))
                .flat_map(|(red, green)| steps().map(move |blue| [red, green, blue]))
                .flatten()
                .collect();
            let picture = Picture { width: 256, height: 16, channels: Channels::Rgb, pixels: colors };
            let printed = print(&picture, press, Limits::default().watch()).unwrap();
            let most =
                printed.pixels.chunks_exact(4).map(|inks| inks.iter().map(|ink| u32::from(*ink)).sum()).max();
            // Rounded up, and one in a hundred for what lies between the points of the table.
            assert!(most.unwrap_or(0u32) * 100 <= (limit + 3) * 255, "{press:?} {most:?}");
        }
    }

    #[test]
    fn grey_is_printed_as_equal_red_green_and_blue() {
        let grey = Picture { width: 2, height: 1, channels: Channels::Grey, pixels: vec![90u8, 200] };
        let printed = print(&grey, Press::IsoCoated, Limits::default().watch()).unwrap();
        let expected = [inks(Press::IsoCoated, [90; 3]), inks(Press::IsoCoated, [200; 3])].concat();
        assert_eq!((printed.channels, printed.pixels), (Channels::Cmyk, expected));
    }

    #[test]
    fn sixteen_bits_agree_with_eight() {
        for color in [[0, 0, 0], [10, 200, 30], [255, 128, 0], [127, 127, 127]] {
            let pixels = color.map(u16::from_eight_bits).to_vec();
            let picture = Picture { width: 1, height: 1, channels: Channels::Rgb, pixels };
            let wide = print(&picture, Press::UsWebCoated, Limits::default().watch()).unwrap();
            for (wide, narrow) in wide.pixels.iter().zip(inks(Press::UsWebCoated, color)) {
                assert!((wide.unit() - narrow.unit()).abs() <= 0.5001 / 255.0, "{color:?}");
            }
        }
    }
}
