//! What follows the convolutions: attention among the steps of a line, after "SVTR: Scene Text Recognition with a Single Visual
//! Model" (Y. Du and others, IJCAI 2022).

use inference::{LayerNorm, add};
use rten_gemm::{GemmInputA, GemmInputB, GemmOptions};
use rten_simd::{SimdOp, SimdUnaryOp};
use rten_tensor::NdTensorView;
use rten_vecmath::{Silu, Softmax};

use super::graph::{Convolution, Graph, Product};
use super::linear::{Linear, Multiplier, failed};
use crate::VisionError;

const HEADS: usize = 8;
/// Steps that the convolution along the line looks at.
const ALONG: usize = 7;

pub(super) struct Neck {
    shortcut: Linear,
    entry: Linear,
    along: Vec<f32>,
    along_bias: Vec<f32>,
    layers: Vec<Layer>,
    norm: LayerNorm,
}

struct Layer {
    norm: LayerNorm,
    projections: Linear,
    attention: Linear,
    second_norm: LayerNorm,
    widen: Linear,
    narrow: Linear,
}

impl Neck {
    /// Of `channels` in; `None` where the graph has another form.
    pub fn new(gemm: &Multiplier, graph: &Graph, rest: &[Convolution], channels: usize) -> Option<Self> {
        let [shortcut, entry, along] = rest else { return None };
        let width = shortcut.outputs;
        let fits = super::block::single(shortcut, channels)
            && super::block::single(entry, channels)
            && entry.outputs == width
            && (along.outputs, along.inputs, along.kernel) == (width, 1, [1, ALONG])
            && width % HEADS == 0;
        let mut norms = graph.norms(width)?.into_iter();
        let mut layers = Vec::new();
        let products = graph.products()?;
        // The last one is the head's.
        let products = fits.then(|| products.split_last())?.map(|(_, others)| others)?;
        for four in products.chunks(4) {
            let [projections, attention, widen, narrow] = four else { return None };
            let expected =
                [(width, 3 * width), (width, width), (width, widen.outputs), (widen.outputs, width)];
            if four.iter().zip(expected).any(|(one, sides)| (one.inputs, one.outputs) != sides) {
                return None;
            }
            layers.push(Layer {
                norm: norms.next()?,
                projections: Linear::new(gemm, projections),
                attention: Linear::new(gemm, attention),
                second_norm: norms.next()?,
                widen: Linear::new(gemm, widen),
                narrow: Linear::new(gemm, narrow),
            });
        }
        let norm = norms.next().filter(|_| norms.next().is_none())?;
        let linear = |convolution: &Convolution| Linear::new(gemm, &turned(convolution));
        Some(Self {
            shortcut: linear(shortcut),
            entry: linear(entry),
            along: along.weights.clone(),
            along_bias: along.bias.clone(),
            layers,
            norm,
        })
    }

    /// Values of a step.
    pub fn outputs(&self) -> usize {
        self.shortcut.outputs()
    }

    pub fn run(&self, gemm: &Multiplier, steps: &[f32]) -> Result<Vec<f32>, VisionError> {
        let mut shortcut = self.shortcut.apply(gemm, steps)?;
        Silu {}.map_mut(&mut shortcut);
        let mut entered = self.entry.apply(gemm, steps)?;
        Silu {}.map_mut(&mut entered);
        let mut state = self.along(&entered);
        Silu {}.map_mut(&mut state);
        add(&mut state, &entered);
        for layer in &self.layers {
            let mut normal = state.clone();
            layer.norm.apply(&mut normal);
            let context = attend(gemm, &layer.projections.apply(gemm, &normal)?, self.outputs())?;
            add(&mut state, &layer.attention.apply(gemm, &context)?);
            normal.copy_from_slice(&state);
            layer.second_norm.apply(&mut normal);
            let mut wide = layer.widen.apply(gemm, &normal)?;
            Silu {}.map_mut(&mut wide);
            add(&mut state, &layer.narrow.apply(gemm, &wide)?);
        }
        self.norm.apply(&mut state);
        add(&mut state, &shortcut);
        Ok(state)
    }

    /// Each channel over the steps around it.
    fn along(&self, steps: &[f32]) -> Vec<f32> {
        let width = self.along_bias.len();
        let count = steps.len() / width;
        let mut out = self.along_bias.repeat(count);
        for (step, sums) in out.chunks_exact_mut(width).enumerate() {
            for tap in 0..ALONG {
                let Some(from) = (step + tap).checked_sub(ALONG / 2).filter(|&from| from < count) else {
                    continue;
                };
                for (channel, (sum, value)) in sums.iter_mut().zip(&steps[from * width..]).enumerate() {
                    *sum += value * self.along[channel * ALONG + tap];
                }
            }
        }
        out
    }
}

/// A convolution of single steps as a product.
fn turned(convolution: &Convolution) -> Product {
    let Convolution { outputs, inputs, .. } = *convolution;
    let weight = |index: usize| convolution.weights[index % outputs * inputs + index / outputs];
    let weights = (0..inputs * outputs).map(weight).collect();
    Product { inputs, outputs, weights, bias: convolution.bias.clone() }
}

/// Attention of all steps to each other; queries, keys and values are side by side.
fn attend(gemm: &Multiplier, projected: &[f32], width: usize) -> Result<Vec<f32>, VisionError> {
    let (steps, head) = (projected.len() / (3 * width), width / HEADS);
    let all = NdTensorView::from_data([steps, 3 * width], projected);
    let (mut context, mut scores) = (vec![0.0; steps * width], vec![0.0; steps * steps]);
    let mut mixed = vec![0.0; steps * head];
    let scale = GemmOptions { alpha: 1.0 / (head as f32).sqrt(), ..GemmOptions::default() };
    for start in (0..width).step_by(head) {
        let part = |index: usize| all.slice((.., index * width + start..index * width + start + head));
        let (queries, keys, values) = (part(0), part(1), part(2));
        let keys = GemmInputB::Unpacked(keys.transposed());
        gemm.f32().gemm(&mut scores, GemmInputA::Unpacked(queries), keys, scale.clone()).map_err(failed)?;
        for row in scores.chunks_exact_mut(steps) {
            Softmax::new_mut(row).dispatch();
        }
        let shares = GemmInputA::Unpacked(NdTensorView::from_data([steps, steps], &scores[..]));
        gemm.f32()
            .gemm(&mut mixed, shares, GemmInputB::Unpacked(values), GemmOptions::default())
            .map_err(failed)?;
        for (row, mixed) in context.chunks_exact_mut(width).zip(mixed.chunks_exact(head)) {
            row[start..start + head].copy_from_slice(mixed);
        }
    }
    Ok(context)
}
