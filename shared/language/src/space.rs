//! The space in which texts and labels are compared: the encoders' vectors side by side, each with its share, and how the text feels.

use std::time::Instant;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::LanguageError;
use crate::models::{Encoder, Language, dot, normalize};
use crate::windows::{Windows, windows};

/// Which models read a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// The static table alone.
    Fast,
    /// The transformer and the table; with an encoder of the operator's that one alone.
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
    /// From -1, bad, to 1, good; 0 on the fast tier, whose table cannot tell, and with an encoder of the operator's.
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
        self.locate(self.read(texts, tier), None)
    }

    /// Texts as the models want them: most of what they cost is still to be paid.
    pub(crate) fn read(&self, texts: &[&str], tier: Tier) -> Vec<Read> {
        self.on_threads(|| texts.par_iter().map(|text| self.read_one(text, tier)).collect())
    }

    fn read_one(&self, text: &str, tier: Tier) -> Read {
        let table = match &self.encoder {
            Encoder::Own(_) if tier == Tier::Standard => Vec::new(),
            _ => self.table_vector(text),
        };
        if tier == Tier::Fast {
            return Read { table, windows: Windows { windows: Vec::new(), tokens: self.tokens(text) } };
        }
        let mut windows = windows(self.encoder_pieces(), text);
        if let Encoder::Own(_) = &self.encoder {
            windows.tokens = self.tokens(text);
        }
        Read { table, windows }
    }

    /// Places what was read.
    pub(crate) fn locate(
        &self,
        read: Vec<Read>,
        deadline: Option<Instant>,
    ) -> Result<Vec<Placed>, LanguageError> {
        let all: Vec<&[u32]> =
            read.iter().flat_map(|read| &read.windows.windows).map(Vec::as_slice).collect();
        let vectors = if all.is_empty() { Vec::new() } else { self.encode_until(&all, deadline)? };
        let mut rest = &vectors[..];
        let placed = read.into_iter().map(|Read { table, windows }| {
            let tokens = windows.tokens;
            if windows.windows.is_empty() {
                return Placed { vector: table, feeling: 0.0, tokens };
            }
            let (mine, after) = rest.split_at(windows.windows.len());
            rest = after;
            let encoded = pooled(mine);
            match &self.encoder {
                Encoder::Own(_) => Placed { vector: encoded, feeling: 0.0, tokens },
                Encoder::Ours { feelings, .. } => {
                    Placed { vector: joined(&encoded, &table), feeling: feeling(&encoded, feelings), tokens }
                }
            }
        });
        Ok(placed.collect())
    }

    /// How far texts that have nothing in common lie apart on the standard tier.
    pub(crate) fn measured_contrast(&self) -> Result<Contrast, LanguageError> {
        let vectors = self.embed(&UNLIKE, Tier::Standard)?;
        let pairs = (0..vectors.len()).flat_map(|left| (0..left).map(move |right| (left, right)));
        let cosines: Vec<f32> = pairs.map(|(left, right)| dot(&vectors[left], &vectors[right])).collect();
        let middle = cosines.iter().sum::<f32>() / cosines.len() as f32;
        Ok(Contrast { middle, scale: ((1.0 - middle) / (1.0 - USUAL)).max(0.01) })
    }

    fn table_vector(&self, text: &str) -> Vec<f32> {
        let mut vector = self.table.mean(text);
        normalize(&mut vector);
        vector
    }
}

/// A text in pieces, before it is encoded.
pub(crate) struct Read {
    /// Of length 1; empty where the table has no part in it.
    table: Vec<f32>,
    /// None on the fast tier.
    pub windows: Windows,
}

/// How an encoder's cosines lie beside those of the shipped one, for which the temperatures were fitted.
///
/// Why: many encoders put all texts between 0.7 and 1, where differences are smaller by as much.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Contrast {
    /// The mean cosine of texts that have nothing in common.
    pub middle: f32,
    /// The distance of such texts, in that of the shipped space.
    pub scale: f32,
}

impl Default for Contrast {
    fn default() -> Self {
        Self { middle: USUAL, scale: 1.0 }
    }
}

/// The `middle` of the shipped space; a test measures it.
const USUAL: f32 = 0.0386;
const UNLIKE: [&str; 12] = [
    "Bake the dough until the crust is golden.",
    "The defender was sent off in extra time.",
    "Interest rates rose by a quarter of a point.",
    "Restart the router and check the cable.",
    "The patient was given antibiotics for a week.",
    "Parliament passed the bill on its third reading.",
    "Her second album tops the charts in nine countries.",
    "The telescope recorded light from a distant galaxy.",
    "My parcel has not arrived and I want a refund.",
    "Two trains a day stop at the old station by the sea.",
    "Wolves have been seen again in the northern forests.",
    "The tenants must give notice three months ahead.",
];

/// Where a text lies between bad and good, by a direction of the encoder's space (data/README.md says where it comes from).
///
/// Why: sentence encoders put "great film" beside "terrible film", since both are about films. Labels that differ by feeling are told apart
/// along this direction, which carries little of what a cosine sees.
fn feeling(encoded: &[f32], feelings: &[f32]) -> f32 {
    let (direction, middle) = (&feelings[..encoded.len()], feelings[encoded.len()]);
    ((dot(encoded, direction) - middle) / FEELING_SCALE).tanh()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files;

    #[test]
    fn the_usual_contrast_is_that_of_the_shipped_space() {
        let language =
            Language::load(&files::models(), 2).expect("the models are there after `atelier models fetch`");
        let Contrast { middle, scale } = language.measured_contrast().unwrap();
        assert!((middle - USUAL).abs() < 0.001 && (scale - 1.0).abs() < 0.001, "{middle} {scale}");
    }
}
