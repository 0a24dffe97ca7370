//! Haze: light that was added to the picture, and is taken away again.
//!
//! The dark channel prior of He, Sun and Tang ("Single Image Haze Removal Using Dark Channel Prior", 2009): somewhere in
//! every larger part of a clear picture one channel is nearly black, and what is there instead is haze. A picture is what
//! was there times `1 - veil` plus the colour of the haze times `veil`. Pictures with black in them have none.

use super::guided::{Affine, SMOOTHNESS, Window, lowest};
use super::sketch::Sketch;
use crate::steps::adjust::luma;
use crate::steps::curve::smoothstep;

/// How much haze there is, and of what colour.
pub(super) struct Veil {
    /// sRGB values, 0 to 1, none below 0.2.
    pub light: [f32; 3],
    /// The veil, 0 to [`THICKEST`], along the picture's luma.
    pub amount: Affine,
    /// 0 to 1: how certain it is that there is any.
    pub certainty: f32,
}

/// Behind more haze than this there is nothing left to see.
const THICKEST: f32 = 0.7;
/// Some is left, as the distance looks wrong without any.
const TAKEN: f32 = 0.92;

impl Veil {
    /// `None` where the picture is clear.
    pub(super) fn of(sketch: &Sketch) -> Option<Self> {
        let darkest: Vec<f32> = sketch.colors.iter().map(|color| least(*color)).collect();
        let light = light(sketch, &darkest);
        let certainty = certainty(sketch, &darkest, light);
        if certainty == 0.0 {
            return None;
        }
        let relative: Vec<f32> = sketch
            .colors
            .iter()
            .zip(&sketch.weights)
            .map(|(color, weight)| if *weight > 0.5 { share(*color, light) } else { 1.0 })
            .collect();
        let least_veil = sketch.quantile(&relative, 0.01);
        let radius = sketch.radius();
        let mut veil = lowest(sketch.grid, radius, &relative);
        for veil in &mut veil {
            // A part without anything dark in it is bright rather than hidden.
            *veil = certainty * TAKEN * veil.min(least_veil + 0.45).min(THICKEST);
        }
        let amount =
            Window::new(sketch.grid, radius, &sketch.weights).guided(&sketch.lumas(), &veil, SMOOTHNESS);
        Some(Self { light, amount, certainty })
    }

    /// The color without the haze; `amount` is what [`Self::amount`] says of it.
    pub(super) fn lifted(&self, color: [f32; 3], amount: f32) -> [f32; 3] {
        // No more than leaves every channel its sign: so hues stay.
        let veil = amount.clamp(0.0, THICKEST).min(0.98 * share(color, self.light));
        let clear = 1.0 / (1.0 - veil);
        std::array::from_fn(|index| (color[index] - veil * self.light[index]) * clear)
    }
}

/// Nothing is black, and what is least bright is grey, as haze is, rather than the colour of the subject; and the picture is
/// not simply one on white.
fn certainty(sketch: &Sketch, darkest: &[f32], light: [f32; 3]) -> f32 {
    let clear = sketch.quantile(darkest, 0.01);
    let colored = sketch.quantile(&sketch.lumas(), 0.01) - clear;
    let opaque: f32 = sketch.weights.iter().sum();
    let white: f32 = darkest
        .iter()
        .zip(&sketch.weights)
        .filter(|(darkest, _)| **darkest > 0.94)
        .map(|(_, weight)| weight)
        .sum();
    smoothstep(0.07, 0.17, clear)
        * smoothstep(0.4, 0.6, luma(light))
        * (1.0 - smoothstep(0.09, 0.16, colored))
        * (1.0 - smoothstep(0.3, 0.6, white / opaque.max(1e-3)))
}

fn least([red, green, blue]: [f32; 3]) -> f32 {
    red.min(green).min(blue)
}

/// The lowest channel in terms of the light: the most veil there can be.
fn share(color: [f32; 3], light: [f32; 3]) -> f32 {
    least(std::array::from_fn(|index| color[index] * (1.0 / light[index])))
}

/// Mean colour of the hundredth of the picture that is least dark.
fn light(sketch: &Sketch, darkest: &[f32]) -> [f32; 3] {
    let limit = sketch.quantile(darkest, 0.99);
    let (mut sums, mut total) = ([0.0_f64; 3], 0.0);
    for ((color, darkest), weight) in sketch.colors.iter().zip(darkest).zip(&sketch.weights) {
        if *darkest >= limit {
            total += f64::from(*weight);
            for (sum, value) in sums.iter_mut().zip(color) {
                *sum += f64::from(*weight * *value);
            }
        }
    }
    sums.map(|sum| if total > 0.0 { ((sum / total) as f32).max(0.2) } else { 1.0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::{Channels, Picture};

    const COLORS: [[f32; 3]; 4] = [[0.0, 0.0, 0.0], [0.9, 0.9, 0.9], [0.7, 0.2, 0.1], [0.1, 0.3, 0.6]];

    /// Blocks of four colors behind a veil of light grey.
    fn picture(veil: f32) -> Picture {
        let mut picture = Picture::blank(96, 64, Channels::Rgb);
        for (y, row) in picture.rows_mut().enumerate() {
            for (x, pixel) in row.chunks_exact_mut(3).enumerate() {
                let color = COLORS[(x / 4 + y / 4 * 3) % 4];
                let behind = color.map(|value| value * (1.0 - veil) + 0.9 * veil);
                pixel.copy_from_slice(&behind.map(|value| (value * 255.0 + 0.5) as u8));
            }
        }
        picture
    }

    #[test]
    fn haze_is_measured_and_taken_away() {
        let sketch = Sketch::of(&picture(0.5), false);
        let veil = Veil::of(&sketch).unwrap();
        assert!(veil.certainty > 0.99 && (luma(veil.light) - 0.9).abs() < 0.02, "{:?}", veil.light);
        let amounts = veil.amount.apply(&sketch.lumas());
        for (cell, (color, amount)) in sketch.colors.iter().zip(amounts).enumerate() {
            let wanted = COLORS[(cell % 96 / 4 + cell / 96 / 4 * 3) % 4];
            let lifted = veil.lifted(*color, amount);
            for (value, wanted) in lifted.into_iter().zip(wanted) {
                assert!((value - wanted).abs() < 0.1, "{cell}: {lifted:?}, not {wanted:?}");
            }
        }
    }

    #[test]
    fn a_clear_picture_has_none() {
        assert!(Veil::of(&Sketch::of(&picture(0.0), false)).is_none());
    }

    #[test]
    fn no_channel_is_taken_below_black_however_thick_the_veil_is_said_to_be() {
        let sketch = Sketch::of(&picture(0.5), false);
        let veil = Veil::of(&sketch).unwrap();
        for color in [[0.0, 0.5, 1.0], [0.2, 0.2, 0.2], [0.9, 0.05, 0.4]] {
            assert!(veil.lifted(color, 5.0).iter().all(|value| *value >= 0.0), "{color:?}");
            assert_eq!(veil.lifted(color, -1.0), color);
        }
    }
}
