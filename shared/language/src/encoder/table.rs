//! A static encoder: the mean of a table's rows, no network.
//! Source: WordLlama (Miller, 2024), a table distilled from the input embeddings of large models.

use crate::LanguageError;
use crate::tokens::Bpe;

/// Half the memory of f32, and the mean is taken in f32 anyway.
pub struct Table {
    tokenizer: Bpe,
    width: usize,
    /// IEEE 754 binary16, rows of `width`.
    rows: Vec<u16>,
}

#[derive(serde::Deserialize)]
struct Header {
    #[serde(rename = "embedding.weight")]
    weight: Entry,
}

#[derive(serde::Deserialize)]
struct Entry {
    dtype: String,
    shape: [usize; 2],
    data_offsets: [usize; 2],
}

impl Table {
    /// Reads a safetensors file with the one tensor `embedding.weight` of f16 and the tokenizer's JSON.
    pub fn new(file: &[u8], tokenizer: &[u8]) -> Result<Self, LanguageError> {
        let bad = |why: &str| LanguageError::Table(why.to_owned());
        let (length, rest) = file.split_first_chunk::<8>().ok_or_else(|| bad("it is too short"))?;
        let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
        let header = rest.get(..length).ok_or_else(|| bad("its header is cut off"))?;
        let Header { weight } =
            serde_json::from_slice(header).map_err(|error| LanguageError::Table(error.to_string()))?;
        let [start, end] = weight.data_offsets;
        let data = rest[length..].get(start..end).ok_or_else(|| bad("its data is cut off"))?;
        let [rows, width] = weight.shape;
        let expected = rows.checked_mul(width).and_then(|values| values.checked_mul(2));
        if weight.dtype != "F16" || width == 0 || expected != Some(data.len()) {
            return Err(bad("it is not a matrix of f16"));
        }
        let rows = data.chunks_exact(2).map(|bytes| u16::from_le_bytes([bytes[0], bytes[1]])).collect();
        Ok(Self { tokenizer: Bpe::new(tokenizer)?, width, rows })
    }

    /// The mean of the rows of a text's pieces; zeros for a text without pieces.
    pub fn mean(&self, text: &str) -> Vec<f32> {
        let mut ids = Vec::with_capacity(text.len() / 3);
        self.tokenizer.encode(text, &mut ids);
        let mut mean = vec![0.0; self.width];
        let share = 1.0 / ids.len().max(1) as f32;
        for id in &ids {
            let start = *id as usize * self.width;
            let Some(row) = self.rows.get(start..start + self.width) else { continue };
            for (mean, half) in mean.iter_mut().zip(row) {
                *mean += from_half(*half);
            }
        }
        mean.iter_mut().for_each(|value| *value *= share);
        mean
    }
}

/// Binary16 to f32 by moving the bits and scaling by a power of two, which also is right for subnormal numbers. The table has neither
/// infinities nor NaN.
fn from_half(half: u16) -> f32 {
    let sign = u32::from(half & 0x8000) << 16;
    let magnitude = f32::from_bits(u32::from(half & 0x7fff) << 13) * f32::from_bits(0x7780_0000);
    f32::from_bits(magnitude.to_bits() | sign)
}
