//! From the values of a step to its character.

use rten_simd::SimdOp;

use super::Step;
use super::block::Scratch;
use super::bytes::{Activation, LANES};
use super::graph::Product;
use super::kernels::{Best, Winner};
use super::linear::{Linear8, Multiplier};
use crate::VisionError;

/// Classes that are looked at together: their weights and products stay in the cache.
const TOGETHER: usize = 1_024;
/// The bias of classes that are none: they fill the last vector up.
const NEVER: f32 = -1e30;

pub(super) struct Head {
    parts: Vec<Linear8>,
    inputs: usize,
    classes: usize,
}

impl Head {
    pub fn new(gemm: &Multiplier, product: Product, inputs: usize) -> Option<Self> {
        let Product { outputs: classes, weights, bias, .. } = product;
        let part = |first: usize| {
            let count = TOGETHER.min(classes - first);
            let mut bias = bias[first..first + count].to_vec();
            bias.resize(count.next_multiple_of(LANES), NEVER);
            let of = |input: usize, output: usize| {
                if output < count { weights[input * classes + first + output] } else { 0.0 }
            };
            Linear8::new(gemm, inputs, bias, of)
        };
        let parts = (0..classes).step_by(TOGETHER).map(part).collect();
        (product.inputs == inputs).then_some(Self { parts, inputs, classes })
    }

    pub fn classes(&self) -> usize {
        self.classes
    }

    pub fn run(
        &self,
        gemm: &Multiplier,
        steps: &[f32],
        scratch: &mut Scratch,
    ) -> Result<Vec<Step>, VisionError> {
        let mut best = vec![Winner { class: 0, logit: f32::MIN, sum: 0.0 }; steps.len() / self.inputs];
        gemm.bytes_of(steps, self.inputs, &mut scratch.narrow);
        for (index, part) in self.parts.iter().enumerate() {
            let products = part.multiply(gemm, &scratch.narrow, &mut scratch.products)?;
            let columns = part.columns(Activation::None);
            Best { products, rows: &scratch.narrow, columns, first: index * TOGETHER, best: &mut best }
                .dispatch();
        }
        Ok(best.into_iter().map(|winner| (winner.class, 1.0 / winner.sum)).collect())
    }
}
