//! Multiplications by weights, in bytes and in f32.

use rten_gemm::{BiasVector, GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix};
use rten_simd::SimdOp;
use rten_tensor::NdTensorView;

use super::bytes::{Activation, Again, Bytes, Columns, ToBytes, ToFloats};
use super::graph::{Convolution, Product};
use crate::VisionError;

/// What multiplies. Made anew for each thread, which costs nothing: it may not move between threads.
pub(super) struct Multiplier {
    floats: GemmExecutor,
    bytes: GemmExecutor<u8, i8, i32>,
    /// The largest byte: where sums of two products do not fit in 16 bits, half of what a byte holds.
    most: u8,
}

impl Multiplier {
    pub fn new() -> Self {
        let bytes = GemmExecutor::<u8, i8, i32>::default();
        let most = if bytes.may_saturate() { 127 } else { 255 };
        Self { floats: GemmExecutor::default(), bytes, most }
    }

    pub fn f32(&self) -> &GemmExecutor {
        &self.floats
    }

    /// Rows of f32 as bytes.
    pub fn bytes_of(&self, rows: &[f32], width: usize, into: &mut Bytes) {
        ToBytes { rows, width, most: self.most, into }.dispatch();
    }

    /// `out` = (`before` ×) `out` + `rows` × `weights` (+ `bias`); a row starts `step` values after the one before it.
    pub fn floats(
        &self,
        (rows, step): (&[f32], usize),
        weights: &PackedBMatrix<f32>,
        bias: Option<&[f32]>,
        keep: bool,
        out: &mut [f32],
    ) -> Result<(), VisionError> {
        let shape = [out.len() / weights.cols().max(1), weights.rows()];
        let rows = NdTensorView::from_slice_with_strides(shape, rows, [step, 1]).map_err(failed)?;
        let options = GemmOptions {
            bias: bias.map(BiasVector::Row),
            beta: if keep { 1.0 } else { 0.0 },
            ..GemmOptions::default()
        };
        self.floats
            .gemm(out, GemmInputA::Unpacked(rows), GemmInputB::Packed(weights), options)
            .map_err(failed)
    }
}

/// A multiplication in f32.
pub(super) struct Linear {
    weights: PackedBMatrix<f32>,
    bias: Vec<f32>,
}

impl Linear {
    pub fn new(gemm: &Multiplier, product: &Product) -> Self {
        let view = NdTensorView::from_data([product.inputs, product.outputs], &product.weights[..]);
        Self { weights: gemm.floats.prepack_b(view), bias: product.bias.clone() }
    }

    pub fn outputs(&self) -> usize {
        self.bias.len()
    }

    pub fn apply(&self, gemm: &Multiplier, rows: &[f32]) -> Result<Vec<f32>, VisionError> {
        let inputs = self.weights.rows();
        let mut out = vec![0.0; rows.len() / inputs * self.bias.len()];
        gemm.floats((rows, inputs), &self.weights, Some(&self.bias), false, &mut out)?;
        Ok(out)
    }
}

/// A multiplication of rows of bytes by weights of 8 bits, with a scale for each output.
pub(super) struct Linear8 {
    weights: PackedBMatrix<i8>,
    sums: Vec<f32>,
    scales: Vec<f32>,
    bias: Vec<f32>,
}

impl Linear8 {
    /// `of` a weight's input and output; `inputs` and `bias.len()` of them.
    pub fn new(gemm: &Multiplier, inputs: usize, bias: Vec<f32>, of: impl Fn(usize, usize) -> f32) -> Self {
        const MOST: f32 = 127.0;
        let outputs = bias.len();
        let largest = |output| (0..inputs).map(|input| of(input, output).abs()).fold(0.0_f32, f32::max);
        let scales: Vec<f32> = (0..outputs).map(|output| (largest(output) / MOST).max(1e-12)).collect();
        let whole =
            |index: usize| (of(index / outputs, index % outputs) / scales[index % outputs]).round() as i8;
        let weights: Vec<i8> = (0..inputs * outputs).map(whole).collect();
        let view = NdTensorView::from_data([inputs, outputs], &weights[..]);
        let mut sums = vec![0.0; outputs];
        for row in weights.chunks_exact(outputs) {
            sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += f32::from(*weight));
        }
        Self { weights: gemm.bytes.prepack_b(view), sums, scales, bias }
    }

    /// Of a convolution of single positions.
    pub fn of(gemm: &Multiplier, convolution: &Convolution) -> Self {
        let of = |input: usize, output: usize| convolution.weights[output * convolution.inputs + input];
        Self::new(gemm, convolution.inputs, convolution.bias.clone(), of)
    }

    pub fn outputs(&self) -> usize {
        self.bias.len()
    }

    pub fn columns(&self, activation: Activation) -> Columns<'_> {
        Columns { sums: &self.sums, scales: &self.scales, bias: &self.bias, activation }
    }

    /// The products of the bytes, into as much of `out` as they need. Their rows' zeros are taken off later: rten-gemm 0.27 applies zeros
    /// that differ from row to row wrongly from the second tile of rows on.
    pub fn multiply<'a>(
        &self,
        gemm: &Multiplier,
        rows: &Bytes,
        out: &'a mut Vec<i32>,
    ) -> Result<&'a [i32], VisionError> {
        let count = rows.scale.len();
        out.resize(count * self.outputs(), 0);
        let inputs = self.weights.rows();
        let left = NdTensorView::from_data([count, inputs], &rows.data[..]);
        let inputs = (GemmInputA::Unpacked(left), GemmInputB::Packed(&self.weights));
        gemm.bytes.gemm(out, inputs.0, inputs.1, GemmOptions::default()).map_err(failed)?;
        Ok(out)
    }

    pub fn to_bytes(
        &self,
        gemm: &Multiplier,
        rows: &Bytes,
        activation: Activation,
        products: &mut Vec<i32>,
        into: &mut Bytes,
    ) -> Result<(), VisionError> {
        let products = self.multiply(gemm, rows, products)?;
        let columns = self.columns(activation);
        Again { products, rows, columns, most: gemm.most, into }.dispatch();
        Ok(())
    }

    pub fn to_floats(
        &self,
        gemm: &Multiplier,
        rows: &Bytes,
        (activation, added): (Activation, Option<&[f32]>),
        products: &mut Vec<i32>,
        out: &mut [f32],
    ) -> Result<(), VisionError> {
        let products = self.multiply(gemm, rows, products)?;
        ToFloats { products, rows, columns: self.columns(activation), added, out }.dispatch();
        Ok(())
    }
}

/// A convolution in f32 over rows of positions, their channels together: a multiplication for each row of its kernel.
pub(super) struct Wide {
    kernel: Vec<PackedBMatrix<f32>>,
    bias: Vec<f32>,
    inputs: usize,
    stride: [usize; 2],
}

impl Wide {
    pub fn new(gemm: &Multiplier, convolution: &Convolution) -> Self {
        let Convolution { outputs, inputs, kernel: [rows, columns], .. } = *convolution;
        let row = |dy: usize| {
            let weight = |index: usize| {
                let (at, output) = (index / outputs, index % outputs);
                let (dx, input) = (at / inputs, at % inputs);
                convolution.weights[((output * inputs + input) * rows + dy) * columns + dx]
            };
            let weights: Vec<f32> = (0..columns * inputs * outputs).map(weight).collect();
            gemm.floats.prepack_b(NdTensorView::from_data([columns * inputs, outputs], &weights[..]))
        };
        Self {
            kernel: (0..rows).map(row).collect(),
            bias: convolution.bias.clone(),
            inputs,
            stride: convolution.stride,
        }
    }

    /// Row `y` of the output, activated, out of a padded input whose rows have `width` positions.
    pub fn row(
        &self,
        gemm: &Multiplier,
        (input, width): (&[f32], usize),
        y: usize,
        out: &mut [f32],
    ) -> Result<(), VisionError> {
        for (dy, weights) in self.kernel.iter().enumerate() {
            let start = (y * self.stride[0] + dy) * width * self.inputs;
            let bias = (dy == 0).then_some(&self.bias[..]);
            let rows = (&input[start..], self.stride[1] * self.inputs);
            gemm.floats(rows, weights, bias, dy > 0, out)?;
        }
        // All of these are followed by it.
        out.iter_mut().for_each(|value| *value = value.max(0.0));
        Ok(())
    }
}

pub(super) fn failed(error: impl std::fmt::Debug) -> VisionError {
    VisionError::Model(format!("{error:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_of_bytes_are_those_of_numbers_but_for_a_hundredth_for_as_many_rows_as_there_are() {
        let (inputs, outputs, rows) = (96, 48, 300);
        let number = |index: usize, step: usize| ((index * step) % 1_009) as f32 / 504.5 - 1.0;
        // Each row about another number, so that each has another zero.
        let left: Vec<f32> = (0..rows * inputs)
            .map(|index| number(index, 7_919) + (index / inputs % 5) as f32 * 0.3)
            .collect();
        let of = |input: usize, output: usize| number(input * outputs + output, 613);
        let gemm = Multiplier::new();
        let bias: Vec<f32> = (0..outputs).map(|output| output as f32).collect();
        let linear = Linear8::new(&gemm, inputs, bias, of);
        let (mut bytes, mut out) = (Bytes::default(), vec![0.0; rows * outputs]);
        gemm.bytes_of(&left, inputs, &mut bytes);
        let finish = (Activation::None, None);
        linear.to_floats(&gemm, &bytes, finish, &mut Vec::new(), &mut out).unwrap();
        for (index, found) in out.iter().enumerate() {
            let (row, output) = (index / outputs, index % outputs);
            let product = |input: usize| left[row * inputs + input] * of(input, output);
            let expected = (0..inputs).map(product).sum::<f32>() + output as f32;
            assert!((found - expected).abs() < 0.01 * inputs as f32, "{row} {output}: {found} {expected}");
        }
    }
}
