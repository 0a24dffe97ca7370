//! The space in which texts and labels are compared: the encoders' vectors side by side, each with its share, and how the text feels.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::models::{Language, dot, normalize};
use crate::windows::windows;
use crate::{LanguageError, windows::Windows};

/// Which models read a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// The static table alone.
    Fast,
    /// The transformer and the table.
    Standard,
}

/// The share of the table's similarity in that of both. Measured: any share from 0.1 to 0.3 is better than either alone.
const TABLE_SHARE: f32 = 0.2;
/// Feelings are between -1 and 1; a word as plain as "positive" is at 0.7.
const FEELING_SCALE: f32 = 1.5;

/// A text as a tier reads it: worth keeping where several classifiers judge the same texts.
#[derive(Debug, Clone)]
pub struct Placed {
    /// Of length 1, or zeros where the text says nothing.
    pub vector: Vec<f32>,
    /// From -1, bad, to 1, good; 0 on the fast tier, whose table cannot tell.
    pub feeling: f32,
    /// As billed.
    pub tokens: u32,
}

impl Language {
    /// Texts as vectors of length 1 in the space where a tier compares them; their dot product is how alike they are. Zeros for a text that says
    /// nothing.
    pub fn embed(&self, texts: &[&str], tier: Tier) -> Result<Vec<Vec<f32>>, LanguageError> {
        Ok(self.place(texts, tier)?.into_iter().map(|placed| placed.vector).collect())
    }

    /// Reads texts, in their order. All windows of all texts are encoded together.
    pub fn place(&self, texts: &[&str], tier: Tier) -> Result<Vec<Placed>, LanguageError> {
        let tables: Vec<Vec<f32>> =
            self.on_threads(|| texts.par_iter().map(|text| self.table_vector(text)).collect());
        if tier == Tier::Fast {
            let counts: Vec<u32> =
                self.on_threads(|| texts.par_iter().map(|text| self.tokens(text)).collect());
            let placed = tables.into_iter().zip(counts).map(|(vector, tokens)| Placed {
                vector,
                feeling: 0.0,
                tokens,
            });
            return Ok(placed.collect());
        }
        let cut: Vec<Windows> =
            self.on_threads(|| texts.par_iter().map(|text| windows(&self.pieces, text)).collect());
        let all: Vec<&[u32]> = cut.iter().flat_map(|text| &text.windows).map(Vec::as_slice).collect();
        let vectors = self.encode(&all)?;
        let mut rest = &vectors[..];
        let placed = cut.iter().zip(tables).map(|(text, table)| {
            let (mine, after) = rest.split_at(text.windows.len());
            rest = after;
            let encoded = pooled(mine);
            Placed { vector: joined(&encoded, &table), feeling: self.feeling(&encoded), tokens: text.tokens }
        });
        Ok(placed.collect())
    }

    /// Where a text lies between bad and good, by a direction of the encoder's space (data/README.md says where it comes from).
    ///
    /// Why: sentence encoders put "great film" beside "terrible film", since both are about films. Labels that differ by feeling are told apart
    /// along this direction, which carries little of what a cosine sees.
    fn feeling(&self, encoded: &[f32]) -> f32 {
        let (direction, middle) = (&self.feelings[..encoded.len()], self.feelings[encoded.len()]);
        ((dot(encoded, direction) - middle) / FEELING_SCALE).tanh()
    }

    fn table_vector(&self, text: &str) -> Vec<f32> {
        let mut vector = self.table.mean(text);
        normalize(&mut vector);
        vector
    }
}

/// The mean of a text's windows, of length 1.
fn pooled(windows: &[Vec<f32>]) -> Vec<f32> {
    let mut sum = vec![0.0; windows.first().map_or(0, Vec::len)];
    for window in windows {
        sum.iter_mut().zip(window).for_each(|(sum, value)| *sum += value);
    }
    normalize(&mut sum);
    sum
}

/// Vectors whose dot product is the weighted mean of the parts' cosines.
fn joined(encoder: &[f32], table: &[f32]) -> Vec<f32> {
    let (left, right) = ((1.0 - TABLE_SHARE).sqrt(), TABLE_SHARE.sqrt());
    encoder.iter().map(|value| value * left).chain(table.iter().map(|value| value * right)).collect()
}
