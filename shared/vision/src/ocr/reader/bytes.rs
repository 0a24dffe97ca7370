//! Rows of numbers as bytes, and products of bytes as numbers: loops over channels, each compiled for what the processor has. Numbers
//! of channels are multiples of [`LANES`].

use rten_simd::ops::{BitOps, FloatOps, NarrowSaturate, NumOps, ToFloat};
use rten_simd::{Isa, Simd, SimdOp};

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
    pub fn of(&self, row: usize) -> (f32, f32) {
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

/// A row of products as numbers.
#[inline(always)]
pub(super) fn finish<I: Isa>(
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocr::reader::kernels::tests::numbers;

    #[test]
    fn bytes_are_their_numbers_to_half_a_step_whatever_the_row() {
        let width = 96;
        let mut rows = numbers(3 * width, 1);
        rows[..width].iter_mut().for_each(|value| *value = *value * 50.0 + 60.0);
        rows.extend(vec![0.0; width]);
        rows.extend(vec![-7.0; width]);
        for most in [127, 255] {
            let mut bytes = Bytes::default();
            ToBytes { rows: &rows, width, most, into: &mut bytes }.dispatch();
            for (index, value) in rows.iter().enumerate() {
                let (scale, zero) = bytes.of(index / width);
                assert!(bytes.data[index] <= most);
                let back = (f32::from(bytes.data[index]) - zero) * scale;
                assert!((back - value).abs() <= 0.51 * scale, "{value} {back} {scale}");
            }
        }
    }

    #[test]
    fn the_cheap_gelu_is_that_of_the_error_function_everywhere() {
        struct Activate<'a>(&'a mut [f32]);
        impl SimdOp for Activate<'_> {
            type Output = ();
            #[inline(always)]
            fn eval<I: Isa>(self, isa: I) {
                for values in self.0.chunks_exact_mut(isa.f32().len()) {
                    let value = gelu(isa, isa.f32().load(values));
                    isa.f32().store(value, values);
                }
            }
        }
        let points: Vec<f32> = (-8_000..8_000).map(|point| point as f32 / 500.0).collect();
        let (mut cheap, mut exact) = (points.clone(), points.clone());
        Activate(&mut cheap).dispatch();
        rten_simd::SimdUnaryOp::map_mut(&rten_vecmath::Gelu {}, &mut exact);
        for ((point, cheap), exact) in points.iter().zip(cheap).zip(exact) {
            // Far out a share that is not quite 1 or 0 grows with the number.
            assert!((cheap - exact).abs() < 0.0035_f32.max(0.001 * point.abs()), "{point}: {cheap} {exact}");
        }
    }
}
