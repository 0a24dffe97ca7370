//! A multinomial logistic regression that starts from the discriminant and is drawn back to it, in a few steps of bounded curvature
//! (Böhning, "Multinomial logistic regression algorithm", 1992) with Nesterov's momentum.
//!
//! Why: with tens of examples a label the discriminant, which takes all labels to vary alike, falls behind a regression; with few of them
//! the regression has nothing to learn that the discriminant does not say better.

use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions};
use rten_tensor::{Layout, Matrix, NdTensorView};

use crate::linear;
use crate::prepare::{Point, Row};

/// Examples a label, on average, from which on it is worth it.
pub const FROM: usize = 10;
/// What keeps the weights near the discriminant's, in curvature.
const PULL: f32 = 0.05;
const STEPS: usize = 16;
/// Examples that are learnt from; of more, as many spread evenly. Bounds memory and time: 16 MB and a second for 200 labels.
const MOST: usize = 6000;

/// Learns in place. `temperature` is that of the rows' scores, and remains so.
pub fn refine(rows: &mut [Row], examples: &[Vec<Point>], temperature: f32) -> Option<()> {
    let count: usize = examples.iter().map(Vec::len).sum();
    let width = rows.first()?.weights.len() + 1;
    learn(rows, examples, temperature, count < width)
}

/// `few`: whether there are fewer examples than dimensions; changes the time, not what comes out.
fn learn(rows: &mut [Row], examples: &[Vec<Point>], temperature: f32, few: bool) -> Option<()> {
    let all: Vec<(usize, &Point)> = examples
        .iter()
        .enumerate()
        .flat_map(|(label, points)| points.iter().map(move |point| (label, point)))
        .collect();
    let taken: Vec<(usize, &Point)> = all.iter().copied().step_by(all.len().div_ceil(MOST).max(1)).collect();
    let width = rows.first()?.weights.len() + 1;
    // A last column of ones carries the bias.
    let places: Vec<f32> =
        taken.iter().flat_map(|(_, point)| point.vector.iter().copied().chain([1.0])).collect();
    let places = NdTensorView::from_data([taken.len(), width], &places[..]);
    let start: Vec<f32> = rows
        .iter()
        .flat_map(|row| row.weights.iter().copied().chain([row.bias]))
        .map(|value| value / temperature)
        .collect();
    let curvature = Curvature::of(places, few)?;
    let (mut found, mut ahead, mut momentum) = (start.clone(), start.clone(), 1.0_f32);
    for _ in 0..STEPS {
        let mut gradient = gradient(places, &taken, &ahead, rows.len())?;
        gradient
            .iter_mut()
            .zip(ahead.iter().zip(&start))
            .for_each(|(sum, (now, was))| *sum += PULL * (now - was));
        let step = curvature.step(&gradient, places)?;
        let next: Vec<f32> = ahead.iter().zip(&step).map(|(value, step)| value - step).collect();
        let grown = (1.0 + (1.0 + 4.0 * momentum * momentum).sqrt()) / 2.0;
        let share = (momentum - 1.0) / grown;
        ahead = next.iter().zip(&found).map(|(next, found)| next + share * (next - found)).collect();
        (found, momentum) = (next, grown);
    }
    if !found.iter().all(|value| value.is_finite()) {
        return None;
    }
    for (row, learnt) in rows.iter_mut().zip(found.chunks_exact(width)) {
        row.weights.iter_mut().zip(learnt).for_each(|(weight, learnt)| *weight = learnt * temperature);
        row.bias = learnt[width - 1] * temperature;
    }
    Some(())
}

/// What the loss's curvature is at most: half of the places' products, and the pull; inverted.
enum Curvature {
    /// Of the dimensions.
    Whole(Vec<f32>),
    /// Of the examples, where they are fewer than the dimensions (Woodbury's identity).
    Few(Vec<f32>),
}

impl Curvature {
    fn of(places: Matrix<f32>, few: bool) -> Option<Self> {
        if few {
            return Some(Self::Few(inverse(product(places, places.transposed())?, 1.0, 2.0 * PULL)?));
        }
        Some(Self::Whole(inverse(product(places.transposed(), places)?, 0.5, PULL)?))
    }

    /// The gradient, a row a label, times the inverse.
    fn step(&self, gradient: &[f32], places: Matrix<f32>) -> Option<Vec<f32>> {
        let width = places.size(1);
        let labels = gradient.len() / width;
        let rows = NdTensorView::from_data([labels, width], gradient);
        match self {
            Self::Whole(inverse) => product(rows, NdTensorView::from_data([width, width], &inverse[..])),
            Self::Few(inverse) => {
                let count = places.size(0);
                let inverse = NdTensorView::from_data([count, count], &inverse[..]);
                let shares = product(rows, places.transposed())?;
                let shares = product(NdTensorView::from_data([labels, count], &shares[..]), inverse)?;
                let known = product(NdTensorView::from_data([labels, count], &shares[..]), places)?;
                Some(gradient.iter().zip(known).map(|(value, known)| (value - known) / PULL).collect())
            }
        }
    }
}

/// The inverse of a square matrix times `share`, with `ridge` added to its diagonal.
fn inverse(mut matrix: Vec<f32>, share: f32, ridge: f32) -> Option<Vec<f32>> {
    let size = matrix.len().isqrt();
    matrix.iter_mut().for_each(|value| *value *= share);
    (0..size).for_each(|at| matrix[at * size + at] += ridge);
    let column = |one: usize| (0..size).map(|at| if at == one { 1.0 } else { 0.0 }).collect();
    let mut columns: Vec<Vec<f32>> = (0..size).map(column).collect();
    linear::solve(&mut matrix, size, &mut columns)?;
    Some(columns.concat())
}

/// Of the loss by the weights: what each label is thought to have too much of the places.
fn gradient(
    places: Matrix<f32>,
    taken: &[(usize, &Point)],
    weights: &[f32],
    labels: usize,
) -> Option<Vec<f32>> {
    let weights = NdTensorView::from_data([labels, weights.len() / labels], weights);
    let mut shares = product(places, weights.transposed())?;
    for (row, (label, _)) in shares.chunks_exact_mut(labels).zip(taken) {
        let most = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        row.iter_mut().for_each(|value| *value = (*value - most).exp());
        let sum: f32 = row.iter().sum();
        row.iter_mut().for_each(|value| *value /= sum);
        row[*label] -= 1.0;
    }
    product(NdTensorView::from_data([taken.len(), labels], &shares[..]).transposed(), places)
}

fn product(left: Matrix<f32>, right: Matrix<f32>) -> Option<Vec<f32>> {
    let mut out = vec![0.0; left.size(0) * right.size(1)];
    let inputs = (GemmInputA::Unpacked(left), GemmInputB::Unpacked(right));
    GemmExecutor::<f32>::default().gemm(&mut out, inputs.0, inputs.1, GemmOptions::default()).ok()?;
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_border_that_the_middles_miss_is_learnt() {
        // Two labels whose middles lie on the second axis, told apart by the first one.
        let point = |first: f32, second: f32| Point { vector: vec![first, second], feeling: 0.0 };
        let examples: Vec<Vec<Point>> = [1.0_f32, -1.0]
            .iter()
            .map(|side| (0..40).map(|at| point(0.3 * side, (at % 8) as f32 / 10.0 - 0.4 * side)).collect())
            .collect();
        let row = |second: f32| Row { weights: vec![0.0, second], feeling: 0.0, bias: 0.0 };
        let mut rows = vec![row(-0.1), row(0.1)];
        let right = |rows: &[Row]| {
            let score = |row: &Row, point: &Point| {
                row.weights.iter().zip(&point.vector).map(|(weight, value)| weight * value).sum::<f32>()
                    + row.bias
            };
            let correct =
                |label: usize, point: &&Point| score(&rows[label], point) > score(&rows[1 - label], point);
            (0..2)
                .map(|label| examples[label].iter().filter(|point| correct(label, point)).count())
                .sum::<usize>()
        };
        let before = right(&rows);
        refine(&mut rows, &examples, 1.0).unwrap();
        assert!(before < 80 && right(&rows) == 80, "{before} {}", right(&rows));
    }

    #[test]
    fn fewer_examples_than_dimensions_are_learnt_from_in_the_same_way() {
        // Numbers without pattern, always the same.
        let mut state = 7_u32;
        let mut number = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as f32 / 65_536.0 - 0.5
        };
        let mut vector = || -> Vec<f32> { (0..48).map(|_| number() / 4.0).collect() };
        let examples: Vec<Vec<Point>> =
            (0..3).map(|_| (0..10).map(|_| Point { vector: vector(), feeling: 0.0 }).collect()).collect();
        let start: Vec<Row> = (0..3).map(|_| Row { weights: vector(), feeling: 0.0, bias: 0.0 }).collect();
        let learnt = |few: bool| {
            let mut rows = start.clone();
            learn(&mut rows, &examples, 0.2, few).unwrap();
            rows.into_iter().flat_map(|row| row.weights).collect::<Vec<f32>>()
        };
        let (few, whole) = (learnt(true), learnt(false));
        assert!(few.iter().zip(&whole).all(|(left, right)| (left - right).abs() < 1e-3));
        assert!(
            few.iter()
                .zip(start.iter().flat_map(|row| &row.weights))
                .any(|(left, right)| (left - right).abs() > 0.01)
        );
    }
}
