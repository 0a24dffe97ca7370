//! Loops over channels, each compiled for what the processor has. Numbers of channels are multiples of [`LANES`].

use rten_simd::ops::{BitOps, FloatOps, NarrowSaturate, NumOps, ToFloat};
use rten_simd::{Isa, Simd, SimdOp, SimdUnaryOp};
use rten_vecmath::Exp;

/// No vector has more values of 32 bits; four of them make one of bytes.
pub(super) const LANES: usize = 16;

/// What is done to a value after a multiplication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Activation {
    None,
    Relu,
    Gelu,
}

/// Rows of bytes: a value is (byte - zero) * scale, both of its row.
#[derive(Default)]
pub(super) struct Bytes {
    pub data: Vec<u8>,
    pub zero: Vec<f32>,
    pub scale: Vec<f32>,
}

impl Bytes {
    /// Scale and zero of a row.
    fn of(&self, row: usize) -> (f32, f32) {
        (self.scale[row], self.zero[row])
    }

    fn clear(&mut self, rows: usize, width: usize) {
        self.data.resize(rows * width, 0);
        self.zero.resize(rows, 0.0);
        self.scale.resize(rows, 0.0);
    }
}

/// What products of bytes are in numbers: less the row's zero times the column's sum of weights, times the row's scale and the column's,
/// plus the column's bias.
#[derive(Clone, Copy)]
pub(super) struct Columns<'a> {
    pub sums: &'a [f32],
    pub scales: &'a [f32],
    pub bias: &'a [f32],
    pub activation: Activation,
}

/// Rows of f32 to bytes of 0..=`most`.
pub(super) struct ToBytes<'a> {
    pub rows: &'a [f32],
    pub width: usize,
    pub most: u8,
    pub into: &'a mut Bytes,
}

impl SimdOp for ToBytes<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        self.into.clear(self.rows.len() / self.width, self.width);
        let rows = self.rows.chunks_exact(self.width).zip(self.into.data.chunks_exact_mut(self.width));
        for (index, (row, bytes)) in rows.enumerate() {
            let (scale, zero) = row_to_bytes(isa, row, bytes, self.most);
            self.into.scale[index] = scale;
            self.into.zero[index] = zero;
        }
    }
}

/// Products of bytes to f32, activated, to bytes again.
pub(super) struct Again<'a> {
    pub products: &'a [i32],
    pub rows: &'a Bytes,
    pub columns: Columns<'a>,
    pub most: u8,
    pub into: &'a mut Bytes,
}

impl SimdOp for Again<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let width = self.columns.bias.len();
        self.into.clear(self.rows.scale.len(), width);
        let mut row = vec![0.0; width];
        let rows = self.products.chunks_exact(width).zip(self.into.data.chunks_exact_mut(width));
        for (index, (products, bytes)) in rows.enumerate() {
            finish(isa, products, self.rows.of(index), self.columns, None, &mut row);
            let (scale, zero) = row_to_bytes(isa, &row, bytes, self.most);
            self.into.scale[index] = scale;
            self.into.zero[index] = zero;
        }
    }
}

/// Products of bytes to f32, activated; plus what is `added`, of the same length.
pub(super) struct ToFloats<'a> {
    pub products: &'a [i32],
    pub rows: &'a Bytes,
    pub columns: Columns<'a>,
    pub added: Option<&'a [f32]>,
    pub out: &'a mut [f32],
}

impl SimdOp for ToFloats<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let width = self.columns.bias.len();
        let rows = self.products.chunks_exact(width).zip(self.out.chunks_exact_mut(width));
        for (index, (products, out)) in rows.enumerate() {
            let added = self.added.map(|added| &added[index * width..][..width]);
            finish(isa, products, self.rows.of(index), self.columns, added, out);
        }
    }
}

#[inline(always)]
fn finish<I: Isa>(
    isa: I,
    products: &[i32],
    (scale, zero): (f32, f32),
    columns: Columns<'_>,
    added: Option<&[f32]>,
    out: &mut [f32],
) {
    let (ops, whole) = (isa.f32(), isa.i32());
    let (step, scale, zero) = (ops.len(), ops.splat(scale), ops.splat(zero));
    let parts = products.chunks_exact(step).zip(out.chunks_exact_mut(step));
    let columns_of = columns.scales.chunks_exact(step).zip(columns.bias.chunks_exact(step));
    let columns_of = columns_of.zip(columns.sums.chunks_exact(step));
    for (index, ((products, out), ((scales, bias), sums))) in parts.zip(columns_of).enumerate() {
        let product = whole.to_float(whole.load(products));
        let product = ops.mul(ops.mul_sub_from(zero, ops.load(sums), product), scale);
        let value = ops.mul_add(product, ops.load(scales), ops.load(bias));
        let value = match columns.activation {
            Activation::None => value,
            Activation::Relu => ops.max(value, ops.zero()),
            Activation::Gelu => gelu(isa, value),
        };
        let value = match added {
            Some(added) => ops.add(value, ops.load(&added[index * step..])),
            None => value,
        };
        ops.store(value, out);
    }
}

/// Half the normal distribution's share between -x and x, for |x| up to [`FAR`], as an odd polynomial: coefficients of x, x^3, ..., fitted
/// by weighted least squares so that `gelu` is off by at most 0.0032, a third of what the bytes after it can tell apart.
const SHARE: [f32; 6] =
    [0.397_785_25, -0.064_304_374, 8.562_029e-3, -7.447_344e-4, 3.706_826_5e-5, -7.903_214e-7];
const FAR: f32 = 3.4;

/// x times the normal distribution's share below x.
#[inline(always)]
fn gelu<I: Isa>(isa: I, x: I::F32) -> I::F32 {
    let ops = isa.f32();
    let near = ops.clamp(x, ops.splat(-FAR), ops.splat(FAR));
    let square = ops.mul(near, near);
    let mut share = ops.splat(SHARE[5]);
    for coefficient in SHARE[..5].iter().rev() {
        share = ops.mul_add(share, square, ops.splat(*coefficient));
    }
    ops.mul(x, ops.mul_add(share, near, ops.splat(0.5)))
}

/// Scale and zero of a row.
#[inline(always)]
fn row_to_bytes<I: Isa>(isa: I, row: &[f32], bytes: &mut [u8], most: u8) -> (f32, f32) {
    let (ops, whole) = (isa.f32(), isa.i32());
    let step = ops.len();
    // 0 is among the values, so that it is a byte exactly.
    let (mut low, mut high) = (ops.zero(), ops.zero());
    for values in row.chunks_exact(step) {
        let values = ops.load(values);
        (low, high) = (ops.min(low, values), ops.max(high, values));
    }
    let low = low.to_array().into_iter().fold(0.0_f32, f32::min);
    let high = high.to_array().into_iter().fold(0.0_f32, f32::max);
    let scale = ((high - low) / f32::from(most)).max(1e-12);
    let zero = (-low / scale).round();
    let (inverse, offset) = (ops.splat(1.0 / scale), whole.splat(zero as i32));
    let byte = |values: &[f32]| whole.add(ops.to_int_round(ops.mul(ops.load(values), inverse)), offset);
    let mut parts = row.chunks_exact(4 * step);
    let mut into = bytes.chunks_exact_mut(4 * step);
    for (values, bytes) in parts.by_ref().zip(into.by_ref()) {
        let quarter = |index: usize| byte(&values[index * step..]);
        let first = whole.narrow_saturate(quarter(0), quarter(1));
        let second = whole.narrow_saturate(quarter(2), quarter(3));
        isa.u8().store(isa.i16().narrow_saturate(first, second), bytes);
    }
    for (values, bytes) in
        parts.remainder().chunks_exact(step).zip(into.into_remainder().chunks_exact_mut(step))
    {
        for (byte, whole) in bytes.iter_mut().zip(byte(values).to_array()) {
            *byte = whole.clamp(0, i32::from(u8::MAX)) as u8;
        }
    }
    (scale, zero)
}

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
