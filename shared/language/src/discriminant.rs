//! A linear classifier in closed form: Fisher's discriminant with a shrunken covariance (Friedman, "Regularized discriminant analysis", 1989).
//!
//! Why not a regression: with a handful of examples and hundreds of dimensions it was less accurate than plain middles of the examples; this one
//! starts from the middles, and leaves them only as far as the examples show in which directions the texts of one label differ.

use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions};
use rten_tensor::NdTensorView;

use crate::linear;
use crate::models::dot;
use crate::prepare::{Point, Row};

/// What every direction's variance is raised by, in mean variances.
const SHRINK: f32 = 3.0;

/// The rows of the classifier; `middles` and `examples` are one a label. `None` where the examples of a label are all alike.
pub fn fit(middles: &[Point], examples: &[Vec<Point>], feeling: f32) -> Option<Vec<Row>> {
    let rests: Vec<Vec<f32>> = examples.iter().flat_map(|label| around(label)).collect();
    let size = middles.first()?.vector.len();
    let free = rests.len().checked_sub(examples.iter().filter(|label| !label.is_empty()).count())?;
    let mut covariance = products(&rests, size, 1.0 / free.max(1) as f32)?;
    let mean = (0..size).map(|at| covariance[at * size + at]).sum::<f32>() / size as f32;
    if mean.is_nan() || mean <= 1e-9 {
        return None;
    }
    // In units of the mean variance, the scores of few and of many examples are of one size.
    covariance.iter_mut().for_each(|value| *value /= mean);
    (0..size).for_each(|at| covariance[at * size + at] += SHRINK);
    let mut solved: Vec<Vec<f32>> = middles.iter().map(|middle| middle.vector.clone()).collect();
    linear::solve(&mut covariance, size, &mut solved)?;
    // The feeling stays out of the covariance: a handful of examples would say that it varies too much to be told by, which is known better.
    let feeling = feeling / SHRINK;
    let row = |(weights, middle): (Vec<f32>, &Point)| {
        let bias = -0.5 * (dot(&weights, &middle.vector) + feeling * middle.feeling * middle.feeling);
        Row { weights, feeling: feeling * middle.feeling, bias }
    };
    Some(solved.into_iter().zip(middles).map(row).collect())
}

/// The examples of a label, seen from their own middle.
fn around(examples: &[Point]) -> Vec<Vec<f32>> {
    let mut rows: Vec<Vec<f32>> = examples.iter().map(|example| example.vector.clone()).collect();
    let mut middle = vec![0.0; rows.first().map_or(0, Vec::len)];
    for row in &rows {
        middle.iter_mut().zip(row).for_each(|(sum, value)| *sum += value / examples.len() as f32);
    }
    for row in &mut rows {
        row.iter_mut().zip(&middle).for_each(|(value, middle)| *value -= middle);
    }
    rows
}

/// The rows' transpose times the rows, times `share`.
fn products(rows: &[Vec<f32>], size: usize, share: f32) -> Option<Vec<f32>> {
    let flat: Vec<f32> = rows.iter().flatten().copied().collect();
    let view = NdTensorView::from_data([rows.len(), size], &flat[..]);
    let mut out = vec![0.0; size * size];
    let inputs = (GemmInputA::Unpacked(view.transposed()), GemmInputB::Unpacked(view));
    let options = GemmOptions { alpha: share, ..GemmOptions::default() };
    GemmExecutor::<f32>::default().gemm(&mut out, inputs.0, inputs.1, options).ok()?;
    Some(out)
}
