//! Loops over the channels of positions, each compiled for what the processor has. Numbers of channels are multiples of
//! [`super::bytes::LANES`].

use rten_simd::ops::{BitOps, NumOps};
use rten_simd::{Isa, Simd, SimdOp, SimdUnaryOp};
use rten_vecmath::Exp;

use super::bytes::{Bytes, Columns, finish};

/// A convolution of each channel by itself, 3 x 3, over rows of `width` positions; what is outside is 0.
pub(super) struct Depthwise<'a> {
    pub input: &'a [f32],
    pub height: usize,
    pub width: usize,
    /// By row, column and channel.
    pub weights: &'a [f32],
    pub bias: &'a [f32],
    /// Rows of the input for one of the output.
    pub step: usize,
    pub out: &'a mut [f32],
}

impl SimdOp for Depthwise<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let channels = self.bias.len();
        for (y, row) in self.out.chunks_exact_mut(self.width * channels).enumerate() {
            for (x, out) in row.chunks_exact_mut(channels).enumerate() {
                // Where the nine neighbours are, and which weights are theirs.
                let mut taps = [(0, 0); 9];
                let mut count = 0;
                for dy in 0..3 {
                    let Some(from) = (y * self.step + dy).checked_sub(1).filter(|&from| from < self.height)
                    else {
                        continue;
                    };
                    for dx in 0..3 {
                        let Some(at) = (x + dx).checked_sub(1).filter(|&at| at < self.width) else {
                            continue;
                        };
                        taps[count] = ((from * self.width + at) * channels, (dy * 3 + dx) * channels);
                        count += 1;
                    }
                }
                let mut input = [&[][..]; 9];
                let mut weights = [&[][..]; 9];
                for tap in 0..count {
                    input[tap] = &self.input[taps[tap].0..][..channels];
                    weights[tap] = &self.weights[taps[tap].1..][..channels];
                }
                if count == 9 {
                    sum_of::<I, 9>(isa, input, weights, self.bias, out);
                } else {
                    out.copy_from_slice(self.bias);
                    for tap in 0..count {
                        add_product(isa, input[tap], weights[tap], out);
                    }
                }
            }
        }
    }
}

/// `out` = `bias` + the products of each of the inputs and its weights.
#[inline(always)]
fn sum_of<I: Isa, const N: usize>(
    isa: I,
    input: [&[f32]; N],
    weights: [&[f32]; N],
    bias: &[f32],
    out: &mut [f32],
) {
    let ops = isa.f32();
    let lanes = ops.len();
    for (part, (bias, out)) in bias.chunks_exact(lanes).zip(out.chunks_exact_mut(lanes)).enumerate() {
        let start = part * lanes;
        let mut sum = ops.load(bias);
        for tap in 0..N {
            let value = ops.load(&input[tap][start..]);
            sum = ops.mul_add(value, ops.load(&weights[tap][start..]), sum);
        }
        ops.store(sum, out);
    }
}

#[inline(always)]
fn add_product<I: Isa>(isa: I, input: &[f32], weights: &[f32], out: &mut [f32]) {
    let ops = isa.f32();
    let lanes = ops.len();
    let parts = input.chunks_exact(lanes).zip(weights.chunks_exact(lanes));
    for ((input, weights), out) in parts.zip(out.chunks_exact_mut(lanes)) {
        let sum = ops.mul_add(ops.load(input), ops.load(weights), ops.load(out));
        ops.store(sum, out);
    }
}

/// Each row times `gate`, a value a channel.
pub(super) struct Gate<'a> {
    pub rows: &'a mut [f32],
    pub gate: &'a [f32],
}

impl SimdOp for Gate<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let ops = isa.f32();
        for row in self.rows.chunks_exact_mut(self.gate.len()) {
            for (values, gate) in row.chunks_exact_mut(ops.len()).zip(self.gate.chunks_exact(ops.len())) {
                let value = ops.mul(ops.load(values), ops.load(gate));
                ops.store(value, values);
            }
        }
    }
}

/// Sums of the rows, a value a channel.
pub(super) struct SumRows<'a> {
    pub rows: &'a [f32],
    pub sums: &'a mut [f32],
}

impl SimdOp for SumRows<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let ops = isa.f32();
        for row in self.rows.chunks_exact(self.sums.len()) {
            for (sums, values) in self.sums.chunks_exact_mut(ops.len()).zip(row.chunks_exact(ops.len())) {
                let sum = ops.add(ops.load(sums), ops.load(values));
                ops.store(sum, sums);
            }
        }
    }
}

/// Of each row of logits the largest, and the sum of the exponentials of all less it; joined with those of earlier columns.
pub(super) struct Best<'a> {
    pub products: &'a [i32],
    pub rows: &'a Bytes,
    pub columns: Columns<'a>,
    /// Class of the first column.
    pub first: usize,
    pub best: &'a mut [Winner],
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Winner {
    pub class: usize,
    pub logit: f32,
    /// Of the exponentials of all logits less the largest.
    pub sum: f32,
}

impl SimdOp for Best<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let width = self.columns.bias.len();
        let ops = isa.f32();
        let lanes = ops.len();
        let mut row = vec![0.0; width];
        for (index, (products, best)) in self.products.chunks_exact(width).zip(self.best).enumerate() {
            finish(isa, products, self.rows.of(index), self.columns, None, &mut row);
            let mut most = ops.splat(f32::MIN);
            for values in row.chunks_exact(lanes) {
                most = ops.max(most, ops.load(values));
            }
            let most = most.to_array().into_iter().fold(f32::MIN, f32::max);
            if most > best.logit {
                best.sum *= (best.logit - most).exp();
                best.logit = most;
                best.class = self.first + row.iter().position(|&value| value == most).unwrap_or(0);
            }
            let offset = ops.splat(best.logit);
            let mut sums = ops.zero();
            for values in row.chunks_exact(lanes) {
                sums = ops.add(sums, Exp {}.eval(isa, ops.sub(ops.load(values), offset)));
            }
            best.sum += sums.to_array().into_iter().sum::<f32>();
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::bytes::Activation;
    use super::*;

    /// Numbers around 0, the same at each run.
    pub(in super::super) fn numbers(count: usize, seed: u32) -> Vec<f32> {
        let mut state = seed;
        std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        })
        .take(count)
        .collect()
    }

    #[test]
    fn neighbours_are_weighed_as_a_convolution_does_at_all_edges() {
        let channels = 32;
        for (height, width, step) in [(3, 5, 1), (4, 3, 2), (3, 1, 2), (1, 1, 1)] {
            let input = numbers(height * width * channels, 2);
            let (weights, bias) = (numbers(9 * channels, 3), numbers(channels, 4));
            let rows = height.div_ceil(step);
            let mut out = vec![0.0; rows * width * channels];
            let (weights, bias) = (&weights[..], &bias[..]);
            Depthwise { input: &input, height, width, weights, bias, step, out: &mut out }.dispatch();
            for (index, found) in out.iter().enumerate() {
                let (c, x, y) = (index % channels, index / channels % width, index / channels / width);
                let mut sum = bias[c];
                for tap in 0..9 {
                    let (row, column) = (y * step + tap / 3, x + tap % 3);
                    if (1..=height).contains(&row) && (1..=width).contains(&column) {
                        sum += input[((row - 1) * width + column - 1) * channels + c]
                            * weights[tap * channels + c];
                    }
                }
                assert!((found - sum).abs() < 1e-4, "{height} {width} {step} {index}: {found} {sum}");
            }
        }
    }

    #[test]
    fn the_best_class_and_its_share_are_those_of_all_parts_together() {
        let (width, rows) = (32, 3);
        let logits: Vec<i32> =
            numbers(2 * rows * width, 5).iter().map(|value| (value * 900.0) as i32).collect();
        let bytes = Bytes { data: Vec::new(), zero: vec![0.0; rows], scale: vec![0.01; rows] };
        let (ones, none) = (vec![1.0; width], vec![0.0; width]);
        let columns = Columns { sums: &none, scales: &ones, bias: &none, activation: Activation::None };
        let mut best = vec![Winner { class: 0, logit: f32::MIN, sum: 0.0 }; rows];
        for (part, products) in logits.chunks(rows * width).enumerate() {
            Best { products, rows: &bytes, columns, first: part * width, best: &mut best }.dispatch();
        }
        for (row, winner) in best.iter().enumerate() {
            let all: Vec<f32> = (0..2)
                .flat_map(|part| &logits[(part * rows + row) * width..][..width])
                .map(|logit| *logit as f32 * 0.01)
                .collect();
            let most = all.iter().copied().fold(f32::MIN, f32::max);
            assert_eq!(all[winner.class], most);
            let sum: f32 = all.iter().map(|logit| (logit - most).exp()).sum();
            assert!((winner.sum - sum).abs() < 1e-3 * sum, "{winner:?} {sum}");
        }
    }
}
