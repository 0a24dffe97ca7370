//! Haze: light that was added to the picture, and is taken away again.
//!
//! The dark channel prior of He, Sun and Tang ("Single Image Haze Removal Using Dark Channel Prior", 2009): somewhere in
//! every larger part of a clear picture one channel is nearly black, and what is there instead is haze. A picture is what
//! was there times `1 - veil` plus the colour of the haze times `veil`. Pictures with black in them have none.

use super::guided::{Affine, SMOOTHNESS, Window, lowest};
use super::sketch::{Sketch, smoothstep};
use crate::steps::adjust::luma;

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
