//! Layers of transformers, for the networks that are run by loops of our own.

use rten_simd::SimdOp;
use rten_vecmath::{Normalize, NormalizeOptions, Sum, SumSquareSub};

/// Brings each row to a mean of 0 and a variance of 1, then scales and moves its values (Ba et al., "Layer Normalization", 2016).
pub struct LayerNorm {
    /// The scale of each value of a row.
    pub weight: Vec<f32>,
    /// What is added to each, after.
    pub bias: Vec<f32>,
    /// Added to the variance, so that it is never 0.
    pub epsilon: f32,
}

impl LayerNorm {
    /// Of rows as long as the weight, in place.
    pub fn apply(&self, rows: &mut [f32]) {
        let share = 1.0 / self.weight.len() as f32;
        for row in rows.chunks_exact_mut(self.weight.len()) {
            let mean = Sum::new(row).dispatch() * share;
            let variance = SumSquareSub::new(row, mean).dispatch() * share;
            let options = NormalizeOptions {
                pre_scale_bias: mean,
                scale: 1.0 / (variance + self.epsilon).sqrt(),
                element_scale: Some(&self.weight),
                bias: 0.0,
                element_bias: Some(&self.bias),
            };
            Normalize::new_mut(row, options).dispatch();
        }
    }
}

/// What a layer's result is added to: `sum` plus `values`, in place.
pub fn add(sum: &mut [f32], values: &[f32]) {
    sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_brought_to_mean_0_and_variance_1_then_scaled_and_moved() {
        let norm = LayerNorm { weight: vec![2.0; 4], bias: vec![1.0; 4], epsilon: 1e-12 };
        let mut rows = [1.0, 1.0, 3.0, 3.0, 0.0, 10.0, 0.0, 10.0];
        norm.apply(&mut rows);
        let wanted = [-1.0, -1.0, 3.0, 3.0, -1.0, 3.0, -1.0, 3.0];
        let off = rows.iter().zip(wanted).map(|(got, wanted): (&f32, f32)| (got - wanted).abs());
        assert!(off.fold(0.0, f32::max) < 1e-5, "{rows:?}");
    }
}
