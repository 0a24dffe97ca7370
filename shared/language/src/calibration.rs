//! Scores to confidences that are right as often as they say.

use serde::{Deserialize, Serialize};

/// How scores become confidences.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Scores are divided by it before the softmax over labels (Guo et al., 2017).
    pub temperature: f32,
    /// Whether a label applies, by itself: the logistic function of `slope * (score - offset)` (Platt, 1999).
    pub slope: f32,
    pub offset: f32,
}

impl Calibration {
    /// The share of each label, given that exactly one applies. Adds up to 1.
    pub(crate) fn shares(&self, scores: &[f32]) -> Vec<f32> {
        let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let mut shares: Vec<f32> =
            scores.iter().map(|score| ((score - most) / self.temperature).exp()).collect();
        let sum: f32 = shares.iter().sum();
        shares.iter_mut().for_each(|share| *share /= sum);
        shares
    }

    /// Whether each label applies, whatever the others do.
    pub(crate) fn independent(&self, scores: &[f32]) -> Vec<f32> {
        scores.iter().map(|score| logistic(self.slope * (score - self.offset))).collect()
    }
}

fn logistic(value: f32) -> f32 {
    1.0 / (1.0 + (-value).exp())
}

/// The calibration under which the true labels of evaluated texts are likeliest. `start` is what the classifier has, and weighs as much as a few
/// texts, so that three lucky ones make no certainty. `truth` holds the number of the true label of each row of `scores`.
pub fn fit(scores: &[&[f32]], truth: &[usize], start: Calibration) -> Calibration {
    let rows: Vec<(&[f32], usize)> = scores.iter().copied().zip(truth.iter().copied()).collect();
    let rows: Vec<_> = rows.into_iter().filter(|(scores, truth)| *truth < scores.len()).collect();
    if rows.is_empty() {
        return start;
    }
    let temperature =
        if rows[0].0.len() < 2 { start.temperature } else { temperature(&rows, start.temperature) };
    let (slope, offset) = line(&rows, start);
    Calibration { temperature, slope, offset }
}

/// Texts that the prior is worth.
const PRIOR: f32 = 5.0;

/// By golden section over the logarithm: the loss has one minimum there.
fn temperature(rows: &[(&[f32], usize)], start: f32) -> f32 {
    let loss = |log: f32| -> f32 {
        let calibration = Calibration { temperature: log.exp(), slope: 1.0, offset: 0.0 };
        let lost = |(scores, truth): &(&[f32], usize)| -calibration.shares(scores)[*truth].max(1e-9).ln();
        rows.iter().map(lost).sum::<f32>() + PRIOR * (log - start.ln()).powi(2)
    };
    let golden = (5.0_f32.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = (start.ln() - 4.0, start.ln() + 4.0);
    for _ in 0..40 {
        let (left, right) = (high - golden * (high - low), low + golden * (high - low));
        if loss(left) < loss(right) { high = right } else { low = left }
    }
    ((low + high) / 2.0).exp()
}

/// A logistic regression with one input by Newton's steps, halved while they lead up; of each text the true label counts as much as all others.
fn line(rows: &[(&[f32], usize)], start: Calibration) -> (f32, f32) {
    let prior = Line { slope: start.slope, bias: -start.slope * start.offset };
    let mut line = prior;
    for _ in 0..30 {
        let (slope_step, bias_step) = step(rows, line, prior);
        let before = loss(rows, line, prior);
        let tried = (0..12).map(|halvings| {
            let part = 0.5_f32.powi(halvings);
            Line { slope: line.slope - part * slope_step, bias: line.bias - part * bias_step }
        });
        let Some(better) = tried.into_iter().find(|line| loss(rows, *line, prior) < before) else { break };
        line = better;
    }
    // A falling line would say that the worse a label fits, the surer it is: the texts contradict the labels, and what was known stays.
    if line.slope > 1e-6 { (line.slope, -line.bias / line.slope) } else { (start.slope, start.offset) }
}

#[derive(Clone, Copy)]
struct Line {
    slope: f32,
    bias: f32,
}

impl Line {
    /// How far from the prior, in its own units: a change by half of the slope, or of the bias by 2, weighs like an error.
    fn weights(self) -> (f32, f32) {
        (PRIOR / self.slope.powi(2).max(1e-6), PRIOR / 4.0)
    }
}

fn loss(rows: &[(&[f32], usize)], line: Line, prior: Line) -> f32 {
    let weights = prior.weights();
    let away = weights.0 * (line.slope - prior.slope).powi(2) + weights.1 * (line.bias - prior.bias).powi(2);
    let lost = weighted(rows).map(|(score, wanted, weight)| {
        let towards = (line.slope * score + line.bias) * if wanted { 1.0 } else { -1.0 };
        // ln(1 + exp(-x)) without overflow.
        weight * ((-towards).max(0.0) + (-towards.abs()).exp().ln_1p())
    });
    away / 2.0 + lost.sum::<f32>()
}

/// Newton's step, to be taken off.
fn step(rows: &[(&[f32], usize)], line: Line, prior: Line) -> (f32, f32) {
    let weights = prior.weights();
    let mut gradient = (weights.0 * (line.slope - prior.slope), weights.1 * (line.bias - prior.bias));
    let mut curves = (weights.0, 0.0, weights.1);
    for (score, wanted, weight) in weighted(rows) {
        let probability = logistic(line.slope * score + line.bias);
        let error = weight * (probability - if wanted { 1.0 } else { 0.0 });
        let curve = weight * probability * (1.0 - probability);
        gradient = (gradient.0 + error * score, gradient.1 + error);
        curves = (curves.0 + curve * score * score, curves.1 + curve * score, curves.2 + curve);
    }
    let determinant = curves.0 * curves.2 - curves.1 * curves.1;
    (
        (curves.2 * gradient.0 - curves.1 * gradient.1) / determinant,
        (curves.0 * gradient.1 - curves.1 * gradient.0) / determinant,
    )
}

/// Each score, whether its label is the true one, and its weight.
fn weighted(rows: &[(&[f32], usize)]) -> impl Iterator<Item = (f32, bool, f32)> {
    rows.iter().flat_map(|(scores, truth)| {
        let rest = 1.0 / (scores.len().max(2) - 1) as f32;
        let weigh = move |(label, score): (usize, &f32)| {
            (*score, label == *truth, if label == *truth { 1.0 } else { rest })
        };
        scores.iter().enumerate().map(weigh)
    })
}

/// The expected calibration error (Naeini et al., 2015), ten bins of equal width: the mean distance between how sure the answers were and how
/// many were right, weighted by the answers in a bin. 0 without answers.
pub fn calibration_error(answers: &[(f32, bool)]) -> f32 {
    let mut bins = [(0.0_f32, 0.0_f32); 10];
    for (confidence, right) in answers {
        let bin = ((confidence * 10.0) as usize).min(9);
        bins[bin].0 += confidence;
        bins[bin].1 += f32::from(u8::from(*right));
    }
    let error: f32 = bins.iter().map(|(confidence, right)| (confidence - right).abs()).sum();
    error / answers.len().max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Calibration = Calibration { temperature: 1.0, slope: 1.0, offset: 0.0 };

    #[test]
    fn an_evaluation_that_is_right_less_often_than_said_softens_the_confidence() {
        // Three of four are right, at a distance of 2: the temperature is near 2 / ln 3, a little towards the start.
        let (rows, truth) = (vec![[2.0_f32, 0.0]; 400], (0..400).map(|at| usize::from(at % 4 == 0)));
        let rows: Vec<&[f32]> = rows.iter().map(|row| &row[..]).collect();
        let fitted = fit(&rows, &truth.collect::<Vec<_>>(), START);
        assert!((fitted.temperature - 2.0 / 3.0_f32.ln()).abs() < 0.15, "{fitted:?}");
        assert!((fitted.shares(&[2.0, 0.0])[0] - 0.75).abs() < 0.03);
    }

    #[test]
    fn a_label_by_itself_is_likely_above_the_fitted_offset_and_unlikely_below() {
        let rows: Vec<[f32; 2]> =
            (0..200).map(|at| [0.5 + (at % 10) as f32 / 100.0, 0.3 - (at % 7) as f32 / 100.0]).collect();
        let rows: Vec<&[f32]> = rows.iter().map(|row| &row[..]).collect();
        let fitted = fit(&rows, &[0; 200], Calibration { temperature: 0.05, slope: 20.0, offset: 0.2 });
        let [sure, unsure] = fitted.independent(&[0.52, 0.28])[..] else { panic!("two labels") };
        assert!(sure > 0.8 && unsure < 0.2, "{fitted:?}");
    }

    #[test]
    fn nothing_to_learn_from_changes_nothing() {
        assert_eq!(fit(&[], &[], START), START);
        assert_eq!(fit(&[&[1.0, 2.0]], &[7], START), START);
    }

    #[test]
    fn the_calibration_error_is_the_mean_distance_of_the_bins() {
        let answers = [(0.95, true), (0.95, false), (0.15, false), (0.15, false)];
        assert!((calibration_error(&answers) - (0.45 + 0.15) / 2.0).abs() < 1e-6);
        assert_eq!(calibration_error(&[]), 0.0);
        assert_eq!(calibration_error(&[(1.0, true)]), 0.0);
    }
}
