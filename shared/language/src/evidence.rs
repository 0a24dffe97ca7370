//! Which parts of a text speak for a label.

use crate::models::Language;
use crate::space::Placed;
use crate::windows::sentences;
use crate::{LanguageError, Prepared};

/// A part of a text and how much it speaks for a label.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// In characters (Unicode scalar values), the end is exclusive.
    pub start: usize,
    pub end: usize,
    /// Above 0 for the label, below 0 against it; the largest magnitude is 1.
    pub weight: f32,
}

/// Parts that are scored; a longer text is taken in fewer, larger ones.
const MOST: usize = 32;
/// Characters of a part that are read, a window of the encoder or so: the parts of a text of any length cost about 0.5 s of CPU at most.
const READ: usize = 500;

impl Language {
    /// Parts of a text by how much they speak for a label, the strongest first. A part's weight is what its own score for the label has above the
    /// mean of the other labels' (with one label: above the mean of all parts); of parts longer than 500 characters their beginning is read. Empty for a text or label that is not there.
    pub fn explain(
        &self,
        prepared: &Prepared,
        text: &str,
        label: usize,
    ) -> Result<Vec<Evidence>, LanguageError> {
        let spans = spans(text);
        if label >= prepared.labels() || spans.is_empty() {
            return Ok(Vec::new());
        }
        let read = |(start, end): &(usize, usize)| beginning(&text[*start..*end]);
        let parts: Vec<&str> = spans.iter().map(read).collect();
        let placed = self.place(&parts, prepared.tier())?;
        let mut weights: Vec<f32> = placed.iter().map(|placed| margin(prepared, placed, label)).collect();
        if prepared.labels() == 1 && weights.len() > 1 {
            let mean = weights.iter().sum::<f32>() / weights.len() as f32;
            weights.iter_mut().for_each(|weight| *weight -= mean);
        }
        let largest = weights.iter().fold(0.0_f32, |largest, weight| largest.max(weight.abs()));
        let mut at = (0, 0);
        let mut characters = |byte: usize| {
            at = (byte, at.1 + text[at.0..byte].chars().count());
            at.1
        };
        let evidence = spans.iter().zip(weights).map(|((start, end), weight)| Evidence {
            start: characters(*start),
            end: characters(*end),
            weight: if largest > 0.0 { weight / largest } else { 0.0 },
        });
        let mut evidence: Vec<Evidence> = evidence.collect();
        evidence.sort_by(|left, right| right.weight.total_cmp(&left.weight));
        Ok(evidence)
    }
}

fn beginning(part: &str) -> &str {
    part.char_indices().nth(READ).map_or(part, |(end, _)| &part[..end])
}

fn margin(prepared: &Prepared, placed: &Placed, label: usize) -> f32 {
    let score = |label: usize| prepared.raw(placed, label);
    let others: f32 = (0..prepared.labels()).filter(|other| *other != label).map(score).sum();
    score(label) - others / (prepared.labels().max(2) - 1) as f32
}

/// Sentences of a text, without the space around them; a single sentence in parts of some words; neighbours joined where there are too many.
fn spans(text: &str) -> Vec<(usize, usize)> {
    let mut spans: Vec<_> = sentences(text).into_iter().filter_map(|span| trimmed(text, span)).collect();
    if spans.len() < 2 {
        spans = spans.first().map_or_else(Vec::new, |span| phrases(text, *span));
    }
    let joined = spans.len().div_ceil(MOST).max(1);
    spans.chunks(joined).map(|chunk| (chunk[0].0, chunk[chunk.len() - 1].1)).collect()
}

fn trimmed(text: &str, (start, end): (usize, usize)) -> Option<(usize, usize)> {
    let part = &text[start..end];
    let inner = part.trim();
    let lead = part.len() - part.trim_start().len();
    (!inner.is_empty()).then_some((start + lead, start + lead + inner.len()))
}

/// A sentence in runs of four words.
fn phrases(text: &str, (start, end): (usize, usize)) -> Vec<(usize, usize)> {
    let base = text.as_ptr().addr();
    let place = |word: &str| (word.as_ptr().addr() - base, word.as_ptr().addr() - base + word.len());
    let words: Vec<(usize, usize)> = text[start..end].split_whitespace().map(place).collect();
    words.chunks(4).map(|words| (words[0].0, words[words.len() - 1].1)).collect()
}
