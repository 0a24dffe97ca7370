//! Prepared labels and texts to scores.

use crate::models::{Language, dot};
use crate::space::Placed;
use crate::{LanguageError, Prepared};

/// What a text says about each label, in the labels' order.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// Uncalibrated; what [`crate::fit`] takes.
    pub scores: Vec<f32>,
    /// That a label is the one that applies; adds up to 1. With one label: that it applies.
    pub probabilities: Vec<f32>,
    /// That a label applies, whatever the others do.
    pub independent: Vec<f32>,
    /// Of the text, as billed.
    pub tokens: u32,
}

impl Scores {
    /// The likeliest label and its confidence. Of equals the first.
    pub fn best(&self) -> (usize, f32) {
        let best = self.probabilities.iter().copied().enumerate();
        best.reduce(|best, next| if next.1 > best.1 { next } else { best }).unwrap_or((0, 0.0))
    }

    /// Labels whose confidence is at or above the threshold, by confidence descending, ties in input order.
    pub fn tags(&self, threshold: f32) -> Vec<(usize, f32)> {
        let all = self.independent.iter().copied().enumerate();
        let mut tags: Vec<_> = all.filter(|(_, confidence)| *confidence >= threshold).collect();
        tags.sort_by(|left, right| right.1.total_cmp(&left.1));
        tags
    }
}

impl Language {
    /// Scores texts, in their order. What they have in common, threads and matrices, is shared: a thousand at once cost less than one by one.
    /// Of a text longer than some 2,000 tokens the transformer reads windows that are spread over it; the table reads all of it.
    pub fn classify(&self, prepared: &Prepared, texts: &[&str]) -> Result<Vec<Scores>, LanguageError> {
        let placed = self.place(texts, prepared.tier)?;
        Ok(placed.into_iter().map(|placed| prepared.score(&placed)).collect())
    }
}

impl Prepared {
    /// Judges a text that was read with the tier of these labels; with another tier's, the scores mean nothing.
    pub fn score(&self, placed: &Placed) -> Scores {
        let mut scores: Vec<f32> = (0..self.labels()).map(|label| self.raw(placed, label)).collect();
        if self.usual_spread > 0.0 {
            spread(&mut scores, self.usual_spread);
        }
        let independent = self.calibration.independent(&scores);
        let probabilities =
            if scores.len() == 1 { independent.clone() } else { self.calibration.shares(&scores) };
        Scores { scores, probabilities, independent, tokens: placed.tokens }
    }

    /// The uncalibrated score of a label.
    pub(crate) fn raw(&self, placed: &Placed, label: usize) -> f32 {
        let row = &self.rows[label];
        dot(&row.weights, &placed.vector) + row.feeling * placed.feeling + row.bias
    }
}

/// The share of the way to the usual spread that scores are moved.
const EVENED: f32 = 0.3;
/// Spreads are taken to be at least this part of the usual one: a text that says nothing must not become a sure one.
const LEAST: f32 = 0.2;

/// Stretches a text's scores around their mean towards the usual spread.
///
/// Why: a text of many words, or of many subjects, is a little like everything, and its scores lie closer together than its answers are unsure. Measured
/// with 20 to 150 labels, the calibration error that no temperature takes away falls by a third.
fn spread(scores: &mut [f32], usual: f32) {
    let share = 1.0 / scores.len().max(1) as f32;
    let mean = scores.iter().sum::<f32>() * share;
    let own = (scores.iter().map(|score| (score - mean).powi(2)).sum::<f32>() * share).sqrt();
    let factor = (usual / own.max(LEAST * usual)).powf(EVENED);
    scores.iter_mut().for_each(|score| *score = mean + (*score - mean) * factor);
}

#[cfg(test)]
mod tests {
    use super::spread;

    #[test]
    fn scores_come_nearer_to_the_usual_spread_in_the_same_order() {
        let mut scores = vec![0.1, 0.12, 0.08, 0.1];
        spread(&mut scores, 0.1);
        assert!(scores[1] > 0.13 && scores[2] < 0.07 && scores[1] < 0.2, "{scores:?}");
        let mut even = vec![0.1; 4];
        spread(&mut even, 0.1);
        assert_eq!(even, [0.1; 4]);
    }
}
