//! The blocks of PP-LCNetV4, channels of a position together: each channel over its neighbours, then all channels of each position.

use rten_simd::SimdOp;

use super::bytes::{Activation, Bytes, LANES};
use super::graph::Convolution;
use super::kernels::{Depthwise, Gate, SumRows};
use super::linear::{Linear8, Multiplier};
use crate::VisionError;

/// Positions that are multiplied at once: what is between two multiplications stays in the cache.
const TOGETHER: usize = 256;

/// Positions from top to bottom and left to right, the channels of each together.
#[derive(Default)]
pub(super) struct Field {
    pub height: usize,
    pub width: usize,
    pub values: Vec<f32>,
}

/// What is needed in between, kept from block to block.
#[derive(Default)]
pub(super) struct Scratch {
    pub narrow: Bytes,
    pub wide: Bytes,
    pub products: Vec<i32>,
}

pub(super) struct Block {
    /// By row, column and channel.
    neighbours: Vec<f32>,
    neighbours_bias: Vec<f32>,
    /// Rows of the input for one of the output.
    step: usize,
    gate: Option<[Small; 2]>,
    widen: Linear8,
    narrow: Linear8,
    adds: bool,
}

/// A multiplication of one row.
struct Small {
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Block {
    /// The block that starts a list of convolutions, and the rest of the list; `None` where it is none.
    pub fn first<'a>(
        gemm: &Multiplier,
        all: &'a [Convolution],
        channels: usize,
    ) -> Option<(Self, &'a [Convolution])> {
        let (depthwise, rest) = all.split_first()?;
        let is_depthwise = (depthwise.outputs, depthwise.inputs) == (channels, 1)
            && depthwise.kernel == [3, 3]
            && matches!(depthwise.stride, [1 | 2, 1]);
        // The first of a gate's two multiplications is the only one to fewer channels.
        let (gate, rest) = match rest {
            [down, up, rest @ ..] if down.outputs < channels => {
                let fits = single(down, channels) && single(up, down.outputs) && up.outputs == channels;
                (Some(fits.then(|| [Small::of(down), Small::of(up)])?), rest)
            }
            rest => (None, rest),
        };
        let [widen, narrow, rest @ ..] = rest else { return None };
        let fits = is_depthwise
            && single(widen, channels)
            && single(narrow, widen.outputs)
            && [channels, widen.outputs, narrow.outputs].iter().all(|count| count % LANES == 0);
        let weight = |index: usize| depthwise.weights[index % channels * 9 + index / channels];
        let block = || Self {
            neighbours: (0..9 * channels).map(weight).collect(),
            neighbours_bias: depthwise.bias.clone(),
            step: depthwise.stride[0],
            gate,
            widen: Linear8::of(gemm, widen),
            narrow: Linear8::of(gemm, narrow),
            adds: narrow.outputs == channels && depthwise.stride == [1, 1],
        };
        fits.then(|| (block(), rest))
    }

    pub fn outputs(&self) -> usize {
        self.narrow.outputs()
    }

    /// Takes `field` on; `spare` is another for what is in between.
    pub fn run(
        &self,
        gemm: &Multiplier,
        field: &mut Field,
        spare: &mut Field,
        scratch: &mut Scratch,
    ) -> Result<(), VisionError> {
        let (channels, outputs) = (self.neighbours_bias.len(), self.outputs());
        (spare.height, spare.width) = (field.height.div_ceil(self.step), field.width);
        let positions = spare.height * spare.width;
        spare.values.resize(positions * channels, 0.0);
        Depthwise {
            input: &field.values,
            height: field.height,
            width: field.width,
            weights: &self.neighbours,
            bias: &self.neighbours_bias,
            step: self.step,
            out: &mut spare.values,
        }
        .dispatch();
        if let Some(small) = &self.gate {
            let gate = gate(small, &spare.values, positions);
            Gate { rows: &mut spare.values, gate: &gate }.dispatch();
        }
        (field.height, field.width) = (spare.height, spare.width);
        field.values.resize(positions * outputs, 0.0);
        let parts = spare.values.chunks(TOGETHER * channels);
        for (input, out) in parts.zip(field.values.chunks_mut(TOGETHER * outputs)) {
            let Scratch { narrow, wide, products } = scratch;
            gemm.bytes_of(input, channels, narrow);
            self.widen.to_bytes(gemm, narrow, Activation::Gelu, products, wide)?;
            let added = self.adds.then_some(input);
            self.narrow.to_floats(gemm, wide, (Activation::None, added), products, out)?;
        }
        Ok(())
    }
}

/// How much of each channel is let through: "Squeeze-and-Excitation Networks" (J. Hu and others, CVPR 2018).
fn gate(small: &[Small; 2], rows: &[f32], positions: usize) -> Vec<f32> {
    let mut means = vec![0.0; small[0].inputs()];
    SumRows { rows, sums: &mut means }.dispatch();
    means.iter_mut().for_each(|sum| *sum /= positions as f32);
    let fewer: Vec<f32> = small[0].apply(&means).into_iter().map(|value| value.max(0.0)).collect();
    small[1].apply(&fewer).into_iter().map(|value| (value / 6.0 + 0.5).clamp(0.0, 1.0)).collect()
}

impl Small {
    fn of(convolution: &Convolution) -> Self {
        Self { weights: convolution.weights.clone(), bias: convolution.bias.clone() }
    }

    fn inputs(&self) -> usize {
        self.weights.len() / self.bias.len()
    }

    fn apply(&self, values: &[f32]) -> Vec<f32> {
        let rows = self.weights.chunks_exact(values.len().max(1)).zip(&self.bias);
        let product = |row: &[f32]| row.iter().zip(values).map(|(weight, value)| weight * value).sum::<f32>();
        rows.map(|(row, bias)| product(row) + bias).collect()
    }
}

/// Whether it takes `inputs` channels of one position.
pub(super) fn single(convolution: &Convolution, inputs: usize) -> bool {
    convolution.inputs == inputs && convolution.kernel == [1, 1] && convolution.stride == [1, 1]
}
