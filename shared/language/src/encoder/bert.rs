//! BERT's forward pass (Devlin et al., 2018), for packs of texts of any lengths.
//!
//! Why our own and not the graph: every layer but attention treats a token by itself, so the tokens of many texts stand in one matrix, without
//! padding and without masks. A graph wants a rectangle, and pays for the padding in all its layers.

use inference::{LayerNorm, add};
use rayon::prelude::*;
use rten_gemm::{BiasVector, GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix};
use rten_simd::{SimdOp, SimdUnaryOp};
use rten_tensor::{Matrix as View, NdTensorView};
use rten_vecmath::{Gelu, Softmax};

use super::weights::{Matrix, QuantizedRows, Weights};
use crate::LanguageError;

/// Values a head, as in all of the MiniLM family; the export says it only inside of shapes.
const HEAD: usize = 32;
const EPSILON: f32 = 1e-12;

pub struct Bert {
    words: QuantizedRows,
    positions: QuantizedRows,
    /// The embedding of the first segment; there is no second one here.
    segment: Vec<f32>,
    norm: LayerNorm,
    layers: Vec<Layer>,
    width: usize,
}

struct Layer {
    /// Queries, keys and values side by side, so that they are one multiplication.
    projections: Linear,
    attention: Linear,
    attention_norm: LayerNorm,
    widen: Linear,
    narrow: Linear,
    norm: LayerNorm,
}

struct Linear {
    weights: PackedBMatrix<f32>,
    bias: Vec<f32>,
}

impl Bert {
    /// Reads an ONNX export with int8 weights. Matrices are unpacked to f32 in the order in which they are multiplied.
    pub fn new(file: &[u8]) -> Result<Self, LanguageError> {
        let weights = Weights::read(file)?;
        let prefix = weights.prefix("embeddings.LayerNorm.weight")?;
        let words = weights.rows(&format!("{prefix}embeddings.word_embeddings.weight"))?;
        let positions = weights.rows(&format!("{prefix}embeddings.position_embeddings.weight"))?;
        let width = words.columns;
        if positions.columns != width || width % HEAD != 0 {
            return Err(LanguageError::Encoder(format!("its width is {width}")));
        }
        let mut segment =
            weights.floats(&format!("{prefix}embeddings.token_type_embeddings.weight"), 2 * width)?;
        segment.truncate(width);
        let gemm = GemmExecutor::default();
        let norm = norm(&weights, &format!("{prefix}embeddings.LayerNorm"), width)?;
        let layer = |number: usize| format!("{prefix}encoder.layer.{number}.");
        let layers = (0..)
            .map(layer)
            .take_while(|name| weights.has(&format!("{name}output.dense.bias")))
            .map(|name| Layer::new(&weights, &name, width, &gemm))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self { words, positions, segment, norm, layers, width })
    }

    /// Values of an embedding.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Tokens of a text, marks included; what is longer is cut by the caller.
    pub fn longest(&self) -> usize {
        self.positions.rows
    }

    /// The means of each text's last layer, one after the other, `width` values each. Texts must not be empty nor longer than `longest`, ids
    /// must be of the vocabulary.
    pub fn means(&self, texts: &[&[u32]]) -> Result<Vec<f32>, LanguageError> {
        // Made anew for each pack, which costs nothing: it may not move between threads.
        let gemm = GemmExecutor::default();
        let lengths: Vec<usize> = texts.iter().map(|text| text.len()).collect();
        let mut state = self.embed(texts)?;
        for layer in &self.layers {
            run(&gemm, layer, &mut state, &lengths)?;
        }
        let mut means = Vec::with_capacity(texts.len() * self.width);
        let mut rest = &state[..];
        for length in lengths {
            let (rows, after) = rest.split_at(length * self.width);
            rest = after;
            let start = means.len();
            means.resize(start + self.width, 0.0_f32);
            let share = 1.0 / length as f32;
            for row in rows.chunks_exact(self.width) {
                for (mean, value) in means[start..].iter_mut().zip(row) {
                    *mean += value * share;
                }
            }
        }
        Ok(means)
    }

    fn embed(&self, texts: &[&[u32]]) -> Result<Vec<f32>, LanguageError> {
        let total: usize = texts.iter().map(|text| text.len()).sum();
        let mut state = vec![0.0; total * self.width];
        let mut rows = state.chunks_exact_mut(self.width);
        for text in texts {
            if text.is_empty() || text.len() > self.longest() {
                return Err(LanguageError::Run(format!("a text has {} tokens", text.len())));
            }
            for (position, id) in text.iter().enumerate() {
                let (id, Some(row)) = (*id as usize, rows.next()) else { break };
                if id >= self.words.rows {
                    return Err(LanguageError::Run(format!("token {id} is not in the vocabulary")));
                }
                row.copy_from_slice(&self.segment);
                self.words.add_row(id, row);
                self.positions.add_row(position, row);
            }
        }
        self.norm.apply(&mut state);
        Ok(state)
    }
}

fn run(
    gemm: &GemmExecutor,
    layer: &Layer,
    state: &mut Vec<f32>,
    lengths: &[usize],
) -> Result<(), LanguageError> {
    let projected = layer.projections.apply(gemm, state)?;
    let context = attend(gemm, &projected, lengths)?;
    drop(projected);
    let mut attended = layer.attention.apply(gemm, &context)?;
    drop(context);
    add(&mut attended, state);
    layer.attention_norm.apply(&mut attended);
    let mut wide = layer.widen.apply(gemm, &attended)?;
    Gelu {}.map_mut(&mut wide);
    let mut narrow = layer.narrow.apply(gemm, &wide)?;
    add(&mut narrow, &attended);
    layer.norm.apply(&mut narrow);
    *state = narrow;
    Ok(())
}

/// Attention of each text to itself.
fn attend(gemm: &GemmExecutor, projected: &[f32], lengths: &[usize]) -> Result<Vec<f32>, LanguageError> {
    let width = projected.len() / (3 * lengths.iter().sum::<usize>().max(1));
    let mut context = vec![0.0; projected.len() / 3];
    let mut texts = Vec::with_capacity(lengths.len());
    let (mut inputs, mut outputs) = (projected, &mut context[..]);
    for length in lengths {
        let (input, rest) = inputs.split_at(length * width * 3);
        inputs = rest;
        let (output, rest) = outputs.split_at_mut(length * width);
        outputs = rest;
        texts.push((*length, input, output));
    }
    texts.into_par_iter().try_for_each(|(length, input, output)| attend_text(gemm, length, input, output))?;
    Ok(context)
}

fn attend_text(
    gemm: &GemmExecutor,
    length: usize,
    input: &[f32],
    output: &mut [f32],
) -> Result<(), LanguageError> {
    let width = output.len() / length;
    let all = NdTensorView::from_data([length, 3 * width], input);
    let mut scores = vec![0.0; length * length];
    let mut mixed = vec![0.0; length * HEAD];
    for head in 0..width / HEAD {
        let part = |index: usize| {
            let start = index * width + head * HEAD;
            all.slice((.., start..start + HEAD))
        };
        let (queries, keys, values) = (part(0), part(1), part(2));
        multiply(gemm, &mut scores, queries, keys.transposed())?;
        for row in scores.chunks_exact_mut(length) {
            Softmax::new_mut(row).dispatch();
        }
        multiply(gemm, &mut mixed, NdTensorView::from_data([length, length], &scores[..]), values)?;
        for (row, mixed) in output.chunks_exact_mut(width).zip(mixed.chunks_exact(HEAD)) {
            row[head * HEAD..(head + 1) * HEAD].copy_from_slice(mixed);
        }
    }
    Ok(())
}

fn multiply(
    gemm: &GemmExecutor,
    out: &mut [f32],
    left: View<f32>,
    right: View<f32>,
) -> Result<(), LanguageError> {
    let inputs = (GemmInputA::Unpacked(left), GemmInputB::Unpacked(right));
    gemm.gemm(out, inputs.0, inputs.1, GemmOptions::default()).map_err(gemm_error)
}

impl Layer {
    fn new(weights: &Weights, name: &str, width: usize, gemm: &GemmExecutor) -> Result<Self, LanguageError> {
        let read = |part: &str| -> Result<(Matrix, Vec<f32>), LanguageError> {
            let bias = format!("{name}{part}.bias");
            let matrix = weights.linear(&bias)?;
            let bias = weights.floats(&bias, matrix.columns)?;
            Ok((matrix, bias))
        };
        let linear = |part: &str| Ok(Linear::new(gemm, read(part)?));
        let mut query = read("attention.self.query")?;
        // The scores' scale, 1 / sqrt(values a head), is part of the weights from here on.
        let scale = 1.0 / (HEAD as f32).sqrt();
        query.0.data.iter_mut().chain(&mut query.1).for_each(|value| *value *= scale);
        let parts = [query, read("attention.self.key")?, read("attention.self.value")?];
        if parts.iter().any(|(matrix, _)| (matrix.rows, matrix.columns) != (width, width)) {
            return Err(LanguageError::Encoder(format!("{name}attention.self is not square")));
        }
        let rows = (0..width).flat_map(|row| parts.iter().map(move |(matrix, _)| (row, matrix)));
        let data = rows.flat_map(|(row, matrix)| &matrix.data[row * width..(row + 1) * width]).copied();
        let joined = Matrix { rows: width, columns: 3 * width, data: data.collect() };
        let bias = parts.iter().flat_map(|(_, bias)| bias).copied().collect();
        Ok(Self {
            projections: Linear::new(gemm, (joined, bias)),
            attention: linear("attention.output.dense")?,
            attention_norm: norm(weights, &format!("{name}attention.output.LayerNorm"), width)?,
            widen: linear("intermediate.dense")?,
            narrow: linear("output.dense")?,
            norm: norm(weights, &format!("{name}output.LayerNorm"), width)?,
        })
    }
}

impl Linear {
    fn new(gemm: &GemmExecutor, (matrix, bias): (Matrix, Vec<f32>)) -> Self {
        let view = NdTensorView::from_data([matrix.rows, matrix.columns], &matrix.data[..]);
        Self { weights: gemm.prepack_b(view), bias }
    }

    fn apply(&self, gemm: &GemmExecutor, input: &[f32]) -> Result<Vec<f32>, LanguageError> {
        let rows = input.len() / self.weights.rows();
        let mut out = vec![0.0; rows * self.weights.cols()];
        let left = NdTensorView::from_data([rows, self.weights.rows()], input);
        let options = GemmOptions { bias: Some(BiasVector::Row(&self.bias)), ..GemmOptions::default() };
        gemm.gemm(&mut out, GemmInputA::Unpacked(left), GemmInputB::Packed(&self.weights), options)
            .map_err(gemm_error)?;
        Ok(out)
    }
}

fn norm(weights: &Weights, name: &str, width: usize) -> Result<LayerNorm, LanguageError> {
    let part = |part: &str| weights.floats(&format!("{name}.{part}"), width);
    Ok(LayerNorm { weight: part("weight")?, bias: part("bias")?, epsilon: EPSILON })
}

fn gemm_error(error: impl std::fmt::Debug) -> LanguageError {
    LanguageError::Run(format!("{error:?}"))
}
