//! Light where it is missing: the base layer of the picture is raised, and its detail goes along unchanged.
//!
//! Base and detail as of Durand and Dorsey ("Fast Bilateral Filtering for the Display of High-Dynamic-Range Images", 2002),
//! with a guided filter; the exponent from a target for the middle, as "Automatic Exposure Correction of Consumer Photographs"
//! (Yuan and Sun, 2012) do by zones. The middle of the picture counts most, as in a camera's centre-weighted meter:
//! dark surroundings are a choice, a dark subject is a fault.

use super::guided::{Affine, SMOOTHNESS, Window};
use super::sketch::{Grid, Sketch};
use crate::steps::curve::smoothstep;

/// What the base is raised by.
pub(super) struct Tone {
    /// The base along the picture's luma.
    pub base: Affine,
    /// For bases of 0 to 1 in equal steps.
    gains: Vec<f32>,
}

const STEPS: usize = 512;
/// What the dark parts are raised to on average, in sRGB values.
const TARGET: f32 = 0.34;
/// Keeps the curve's slope finite at black.
const TOE: f32 = 0.02;

impl Tone {
    /// `None` where there is light enough. `haze` is how certain it is that there was some, 0 to 1.
    pub(super) fn of(sketch: &Sketch, haze: f32) -> Option<Self> {
        let (lumas, meter) = (sketch.lumas(), meter(sketch));
        let detail = detail(sketch, &lumas);
        let highest: Vec<f32> =
            sketch.colors.iter().map(|color| color.iter().copied().fold(0.0, f32::max)).collect();
        let brightest = sketch.quantile(&highest, 0.99).max(1e-3);
        // Too short an exposure shows in the brightest parts too.
        let before = smoothstep(0.33, 0.55, darkness(sketch, &lumas, &detail, &meter, 1.0))
            .max(smoothstep(0.55, 0.35, brightest));
        let white = (0.95 / brightest).clamp(1.0, 3.5).powf((0.9 * before).max(0.7 * haze));
        // What is then still dark is so beside something bright.
        let after = smoothstep(0.33, 0.50, darkness(sketch, &lumas, &detail, &meter, white));
        let exponent = 1.0 - after * (1.0 - exponent(&lumas, &meter, white));
        if white == 1.0 && exponent == 1.0 {
            return None;
        }
        let window = Window::new(sketch.grid, sketch.radius(), &sketch.weights);
        let base = window.guided(&lumas, &lumas, SMOOTHNESS);
        let gains = (0..=STEPS).map(|step| gain(step as f32 / STEPS as f32, white, exponent)).collect();
        Some(Self { base, gains })
    }

    pub(super) fn gain(&self, base: f32) -> f32 {
        let at = base.clamp(0.0, 1.0) * STEPS as f32;
        let step = (at as usize).min(STEPS - 1);
        self.gains[step] + (at - step as f32) * (self.gains[step + 1] - self.gains[step])
    }
}

/// Where there is something to see, 0 to 1: a backdrop has nothing in it, however dark it is.
fn detail(sketch: &Sketch, lumas: &[f32]) -> Vec<f32> {
    let window = Window::new(sketch.grid, (sketch.radius() / 2).max(2), &sketch.weights);
    let means = window.means(lumas.iter().copied());
    let squares = window.means(lumas.iter().map(|luma| luma * luma));
    let cells = means.into_iter().zip(squares);
    cells
        .map(|(mean, square)| smoothstep(0.02, 0.08, (square - mean * mean).max(0.0).sqrt() / (mean + 0.03)))
        .collect()
}

/// How much of the picture is dark for no reason, 0 to 1; more where the middle is darker than what is around it.
fn darkness(sketch: &Sketch, lumas: &[f32], detail: &[f32], meter: &[f32], white: f32) -> f32 {
    let dark: Vec<f32> = lumas
        .iter()
        .zip(detail)
        .map(|(luma, detail)| detail * smoothstep(0.35, 0.08, luma * white))
        .collect();
    let (middle, whole) = (mean(&dark, meter, |dark| dark), mean(&dark, &sketch.weights, |dark| dark));
    middle + 0.5 * (middle - whole)
}

/// The power that takes the mean of the dark parts to [`TARGET`].
fn exponent(lumas: &[f32], meter: &[f32], white: f32) -> f32 {
    let dark: Vec<f32> =
        lumas.iter().zip(meter).map(|(luma, weight)| weight * smoothstep(0.5, 0.2, luma * white)).collect();
    let level = mean(lumas, &dark, |luma| luma * white).clamp(1e-3, 0.99);
    (TARGET.ln() / level.ln()).clamp(0.5, 1.0)
}

/// A multiplication, and then a power curve for what is darker than the middle, as one factor.
fn gain(base: f32, white: f32, exponent: f32) -> f32 {
    let value = (base * white).clamp(1e-4, 1.0);
    let toe = TOE.powf(exponent);
    let raised = ((value + TOE).powf(exponent) - toe) / ((1.0 + TOE).powf(exponent) - toe);
    let kept = smoothstep(0.1, 0.7, value);
    white * (raised + kept * (value - raised)) / value
}

/// What each cell counts: most in the middle.
fn meter(sketch: &Sketch) -> Vec<f32> {
    let Grid { width, height, wraps } = sketch.grid;
    let from_middle = |at: usize, side: usize| ((at as f32 + 0.5) / side as f32 - 0.5).powi(2);
    let cells = sketch.weights.iter().enumerate();
    cells
        .map(|(cell, weight)| {
            // A picture that goes round has no middle from side to side.
            let across = if wraps { 0.0 } else { from_middle(cell % width, width) };
            weight * (-8.0 * (across + from_middle(cell / width, height))).exp()
        })
        .collect()
}

fn mean(values: &[f32], weights: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let (mut sum, mut total) = (0.0_f64, 0.0_f64);
    for (value, weight) in values.iter().zip(weights) {
        sum += f64::from(of(*value) * weight);
        total += f64::from(*weight);
    }
    if total > 0.0 { (sum / total) as f32 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_never_darkens_never_folds_and_leaves_the_bright_alone() {
        for exponent in [0.5, 0.7, 1.0] {
            let curve: Vec<f32> = (1..=1000)
                .map(|step| step as f32 / 1000.0)
                .map(|base| base * gain(base, 1.0, exponent))
                .collect();
            assert!(curve.is_sorted(), "{exponent}");
            for (step, value) in (1..).zip(curve) {
                let base = step as f32 / 1000.0;
                assert!(value >= base - 1e-5, "{exponent}: {base} became {value}");
                assert!(base < 0.75 || (value - base).abs() < 1e-5, "{exponent}: {base} became {value}");
            }
            assert!(gain(0.0, 1.0, exponent) < 4.5, "noise in black stays bounded");
        }
        assert!((gain(0.2, 2.0, 1.0) - 2.0).abs() < 1e-4);
    }
}
