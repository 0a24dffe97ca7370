//! The space in which texts and labels are compared: the encoders' vectors side by side, each with its share.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::models::{Language, normalize};
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

/// The share of the table's similarity in that of both.
const TABLE_SHARE: f32 = 0.3;

/// A text in the space of a tier.
pub struct Placed {
    /// Of length 1, or zeros where the text says nothing.
    pub vector: Vec<f32>,
    /// As billed.
    pub tokens: u32,
}

impl Language {
    /// Reads texts. All windows of all texts are encoded together.
    pub(crate) fn place(&self, texts: &[&str], tier: Tier) -> Result<Vec<Placed>, LanguageError> {
        let tables: Vec<Vec<f32>> =
            self.on_threads(|| texts.par_iter().map(|text| self.table_vector(text)).collect());
        if tier == Tier::Fast {
            let counts: Vec<u32> =
                self.on_threads(|| texts.par_iter().map(|text| self.tokens(text)).collect());
            let placed = tables.into_iter().zip(counts).map(|(vector, tokens)| Placed { vector, tokens });
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
            Placed { vector: joined(&pooled(mine), &table), tokens: text.tokens }
        });
        Ok(placed.collect())
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
