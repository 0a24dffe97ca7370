//! Exposure, contrast, saturation and sharpness, in this order, on sRGB values; brought into range once, at the end, without a
//! change of hue.

use super::colors::Colors;
use super::curve::{encoded, linear, smoothstep};
use super::sharpen;
use crate::ImagingError;
use crate::limits::Watch;
use crate::picture::{Channels, Picture, Sample};

/// Each number is the published integer divided by 100; 0 leaves the picture as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Adjustment {
    pub exposure: f32,
    pub contrast: f32,
    pub saturation: f32,
    pub sharpness: f32,
    /// The left edge continues the right one.
    pub stitching: bool,
}

impl Adjustment {
    pub(crate) fn is_nothing(&self) -> bool {
        *self == Self { stitching: self.stitching, ..Self::default() }
    }
}

pub(crate) fn adjust<T: Sample>(
    mut picture: Picture<T>,
    adjustment: &Adjustment,
    watch: Watch,
) -> Result<Picture<T>, ImagingError> {
    if adjustment.is_nothing() {
        return Ok(picture);
    }
    let tone = Tone::new(adjustment);
    if adjustment.sharpness > 0.0 {
        sharpen::sharpen(&mut picture, &tone, adjustment, watch)?;
        return Ok(picture);
    }
    let channels = picture.channels;
    let mut colors = Colors::new(picture.width as usize, channels);
    let mut samples = Default::default();
    for (index, row) in picture.rows_mut().enumerate() {
        watch.check_at(index)?;
        tone.apply(row, channels, &mut colors);
        colors.store(row, channels, &mut samples);
    }
    Ok(picture)
}

/// Exposure, contrast and saturation of one row: samples in, unclamped values out.
pub(super) struct Tone<T: Sample> {
    /// Exposure and contrast of each sample.
    curve: T::Table<f32>,
    /// What chroma is multiplied by.
    chroma: f32,
}

impl<T: Sample> Tone<T> {
    pub(super) fn new(adjustment: &Adjustment) -> Self {
        let curve = T::table(|sample| {
            let value = sample as f32 / f32::from(T::MAX);
            contrast(exposure(value, adjustment.exposure), adjustment.contrast)
        });
        Self { curve, chroma: 1.0 + adjustment.saturation }
    }

    pub(super) fn apply(&self, row: &[T], channels: Channels, colors: &mut Colors) {
        colors.load(row, channels, &self.curve);
        colors.saturate(self.chroma);
    }
}

/// BT.601.
#[inline(always)]
pub(super) fn luma([red, green, blue]: [f32; 3]) -> f32 {
    0.299 * red + 0.587 * green + 0.114 * blue
}

/// Clamps the highest and the lowest channel to 0..1 and keeps the third where it was between them: its hue, as of HSV, is
/// what it was. So does Adobe's DNG SDK in its tone curves. Greys stay greys. Without a branch, so that loops of it are wide.
#[inline(always)]
pub(super) fn within_range([red, green, blue]: [f32; 3]) -> [f32; 3] {
    let (highest, lowest) = (red.max(green).max(blue), red.min(green).min(blue));
    let (high, low) = (highest.clamp(0.0, 1.0), lowest.clamp(0.0, 1.0));
    let scale = if highest > lowest { (high - low) / (highest - lowest) } else { 0.0 };
    [low + (red - lowest) * scale, low + (green - lowest) * scale, low + (blue - lowest) * scale]
}

/// Linear light times 2^(2e), e = -1..1.
fn exposure(value: f32, exposure: f32) -> f32 {
    if exposure == 0.0 {
        return value;
    }
    encoded(linear(value) * (2.0 * exposure).exp2())
}

/// Linear around mid-grey up to 0; above, a mix with smoothstep, and from 0.5 on a second one.
fn contrast(value: f32, contrast: f32) -> f32 {
    if contrast <= 0.0 {
        return 0.5 + (value - 0.5) * (1.0 + contrast);
    }
    let curved = toward_smoothstep(value, contrast);
    toward_smoothstep(curved, ((contrast - 0.5) * 2.0).max(0.0))
}

fn toward_smoothstep(value: f32, weight: f32) -> f32 {
    value + weight * (smoothstep(0.0, 1.0, value) - value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;

    fn adjusted(pixels: &[u8], adjustment: Adjustment) -> Vec<u8> {
        let picture = Picture {
            width: pixels.len() as u32 / 3,
            height: 1,
            channels: Channels::Rgb,
            pixels: pixels.to_vec(),
        };
        adjust(picture, &adjustment, Limits::default().watch()).unwrap().pixels
    }

    fn greys() -> Vec<u8> {
        (0..=255).flat_map(|value| [value; 3]).collect()
    }

    #[test]
    fn nothing_asked_changes_nothing() {
        assert_eq!(adjusted(&greys(), Adjustment::default()), greys());
    }

    #[test]
    fn exposure_multiplies_linear_light() {
        // sRGB 128 is 0.21586 in linear light; times 2 it is 0.43172, which is sRGB 175.6; halved, 92.1.
        assert_eq!(adjusted(&[128; 3], Adjustment { exposure: 0.5, ..Adjustment::default() }), [176; 3]);
        assert_eq!(adjusted(&[128; 3], Adjustment { exposure: -0.5, ..Adjustment::default() }), [92; 3]);
        // Times 4: 0.86344 is sRGB 238.8.
        assert_eq!(adjusted(&[128; 3], Adjustment { exposure: 1.0, ..Adjustment::default() }), [239; 3]);
        assert_eq!(
            adjusted(&[0, 255, 0], Adjustment { exposure: 1.0, ..Adjustment::default() }),
            [0, 255, 0]
        );
    }

    #[test]
    fn contrast_is_linear_below_zero_and_an_s_curve_above() {
        let contrast =
            |value: u8, contrast| adjusted(&[value; 3], Adjustment { contrast, ..Adjustment::default() })[0];
        // 0.5 + (64/255 - 0.5) * 0.5 = 0.37549, times 255 = 95.75.
        assert_eq!(contrast(64, -0.5), 96);
        assert_eq!(contrast(200, -1.0), 128);
        // v = 64/255: v²(3 - 2v) = 0.15735; half way = 0.20416, times 255 = 52.06.
        assert_eq!(contrast(64, 0.5), 52);
        // Fully, and then once more: smoothstep of 0.15735 = 0.06649, times 255 = 16.95.
        assert_eq!(contrast(64, 1.0), 17);
        assert_eq!((contrast(0, 1.0), contrast(255, 1.0)), (0, 255));
    }

    #[test]
    fn saturation_scales_chroma_and_minus_100_is_grey() {
        let saturation =
            |saturation| adjusted(&[200, 100, 50], Adjustment { saturation, ..Adjustment::default() });
        // Luma: 0.299 * 200 + 0.587 * 100 + 0.114 * 50 = 124.2.
        assert_eq!(saturation(-1.0), [124; 3]);
        // 124.2 + (200 - 124.2) * 1.5 = 237.9; 87.9; 12.9.
        assert_eq!(saturation(0.5), [238, 88, 13]);
    }

    #[test]
    fn greys_stay_neutral() {
        let all = Adjustment { exposure: 0.3, contrast: 0.7, saturation: 0.9, ..Adjustment::default() };
        assert!(adjusted(&greys(), all).chunks(3).all(|pixel| pixel[0] == pixel[1] && pixel[1] == pixel[2]));
    }

    /// In sixths of the circle.
    fn hue(pixel: &[u8]) -> f32 {
        let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(f32::from);
        let (highest, lowest) = (red.max(green).max(blue), red.min(green).min(blue));
        let third = red + green + blue - highest - lowest;
        let sector = [red, green, blue].iter().position(|value| *value == highest).unwrap() as f32;
        sector + (third - lowest) / (highest - lowest)
    }

    #[test]
    fn what_leaves_the_range_keeps_its_hue() {
        for pixel in [[200, 100, 50], [250, 180, 20], [40, 220, 130], [120, 40, 250]] {
            let loud = adjusted(&pixel, Adjustment { saturation: 1.0, ..Adjustment::default() });
            assert!(loud.contains(&255) || loud.contains(&0), "{loud:?}");
            assert!((hue(&loud) - hue(&pixel)).abs() < 0.02, "{pixel:?} became {loud:?}");
        }
        assert_eq!(within_range([1.5, 1.0, -0.5]), [1.0, 0.75, 0.0]);
        assert_eq!(within_range([1.5, 1.2, 1.1]), [1.0; 3]);
        assert_eq!(within_range([0.3, 1.0, 0.0]), [0.3, 1.0, 0.0]);
    }

    #[test]
    fn bright_pixels_never_get_darker_than_less_bright_ones() {
        let strongest = Adjustment { exposure: 1.0, contrast: 1.0, ..Adjustment::default() };
        assert!(adjusted(&greys(), strongest).is_sorted());
    }

    #[test]
    fn clamping_waits_until_the_end() {
        // Exposure takes red above 1; saturation brings it back by the distance, not from a clamped value.
        let both = Adjustment { exposure: 1.0, saturation: -1.0, ..Adjustment::default() };
        let red = exposure(200.0 / 255.0, 1.0);
        let expected = (0.299 * red * 255.0 + 0.5) as u8;
        assert!(red > 1.0);
        assert_eq!(adjusted(&[200, 0, 0], both), [expected; 3]);
    }
}
