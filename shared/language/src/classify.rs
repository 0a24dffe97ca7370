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
        let scores: Vec<f32> = (0..self.labels()).map(|label| self.raw(placed, label)).collect();
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
