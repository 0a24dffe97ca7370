//! BERT's weights out of an ONNX export: biases are found by the names that the exporter kept, matrices by the nodes that use them.

use std::collections::HashMap;

use rten_onnx::onnx::{DataType, ModelProto, NodeProto, TensorProto};

use crate::LanguageError;

/// A matrix in row-major order.
#[derive(Debug, Clone)]
pub struct Matrix {
    pub rows: usize,
    pub columns: usize,
    pub data: Vec<f32>,
}

/// Rows of int8 with a scale each: a table of embeddings is only ever looked up by row, so it stays four times smaller.
#[derive(Debug, Clone)]
pub struct QuantizedRows {
    pub rows: usize,
    pub columns: usize,
    pub data: Vec<i8>,
    pub scales: Vec<f32>,
}

impl QuantizedRows {
    /// Adds a row to `sum`. The row must exist.
    pub fn add_row(&self, row: usize, sum: &mut [f32]) {
        let values = &self.data[row * self.columns..(row + 1) * self.columns];
        let scale = self.scales[row];
        for (sum, value) in sum.iter_mut().zip(values) {
            *sum += f32::from(*value) * scale;
        }
    }
}

/// The graph, by name.
pub struct Weights {
    tensors: HashMap<String, TensorProto>,
    /// The node that makes a value.
    makers: HashMap<String, NodeProto>,
    /// The `Add` node that uses a bias.
    adds: HashMap<String, NodeProto>,
}

impl Weights {
    pub fn read(file: &[u8]) -> Result<Self, LanguageError> {
        let model = ModelProto::parse_buf(file).map_err(|error| LanguageError::Encoder(error.to_string()))?;
        let graph = model.graph.ok_or_else(|| LanguageError::Encoder("it has no graph".to_owned()))?;
        let (mut makers, mut adds) = (HashMap::new(), HashMap::new());
        for node in graph.node {
            if node.op_type.as_deref() == Some("Add") {
                adds.extend(node.input.iter().map(|input| (input.clone(), node.clone())));
            }
            makers.extend(node.output.iter().map(|output| (output.clone(), node.clone())));
        }
        let named = |tensor: TensorProto| Some((tensor.name.clone()?, tensor));
        Ok(Self { tensors: graph.initializer.into_iter().filter_map(named).collect(), makers, adds })
    }

    /// What comes before a name that ends in `suffix`, as in "inner." of "inner.embeddings.LayerNorm.weight".
    pub fn prefix(&self, suffix: &str) -> Result<String, LanguageError> {
        let found = self.tensors.keys().find_map(|name| name.strip_suffix(suffix));
        found.map(str::to_owned).ok_or_else(|| missing(suffix))
    }

    pub fn has(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    /// A vector or matrix of f32, of the length asked for.
    pub fn floats(&self, name: &str, length: usize) -> Result<Vec<f32>, LanguageError> {
        let tensor = self.tensors.get(name).ok_or_else(|| missing(name))?;
        let values = floats(tensor).ok_or_else(|| missing(name))?;
        if values.len() != length {
            return Err(LanguageError::Encoder(format!(
                "{name} has {} values and not {length}",
                values.len()
            )));
        }
        Ok(values)
    }

    /// A table of int8 with a scale a row, stored as `name_q` and `name_scale`.
    pub fn rows(&self, name: &str) -> Result<QuantizedRows, LanguageError> {
        let (rows, columns, data) = self.quantized(&format!("{name}_q"))?;
        let scales = self.floats(&format!("{name}_scale"), rows)?;
        Ok(QuantizedRows { rows, columns, data, scales })
    }

    /// The matrix of the linear layer with this bias: the graph says `Add(MatMul(x, Mul(Cast(q), scale)), bias)`.
    pub fn linear(&self, bias: &str) -> Result<Matrix, LanguageError> {
        let maker_of = |name: &str, kind: &str| {
            self.makers.get(name).filter(|node| node.op_type.as_deref() == Some(kind))
        };
        let find = || {
            let add = self.adds.get(bias)?;
            let product = add.input.iter().find_map(|input| maker_of(input, "MatMul"))?;
            let scaled = maker_of(product.input.get(1)?, "Mul")?;
            let cast = maker_of(scaled.input.first()?, "Cast")?;
            Some((cast.input.first()?, scaled.input.get(1)?))
        };
        let (values, scales) = find().ok_or_else(|| missing(bias))?;
        let (rows, columns, data) = self.quantized(values)?;
        let scales = self.floats(scales, columns)?;
        let scaled = |row: &[i8]| -> Vec<f32> {
            row.iter().zip(&scales).map(|(value, scale)| f32::from(*value) * scale).collect()
        };
        Ok(Matrix { rows, columns, data: data.chunks_exact(columns).flat_map(scaled).collect() })
    }

    fn quantized(&self, name: &str) -> Result<(usize, usize, Vec<i8>), LanguageError> {
        let tensor = self.tensors.get(name).ok_or_else(|| missing(name))?;
        let [rows, columns] = tensor.dims[..] else { return Err(missing(name)) };
        let raw = tensor.raw_data.as_ref().ok_or_else(|| missing(name))?.borrow();
        let (rows, columns) = (usize::try_from(rows).unwrap_or(0), usize::try_from(columns).unwrap_or(0));
        let whole = tensor.data_type == Some(DataType::INT8) && columns > 0;
        if !whole || rows.checked_mul(columns) != Some(raw.len()) {
            return Err(missing(name));
        }
        Ok((rows, columns, raw.iter().map(|byte| byte.cast_signed()).collect()))
    }
}

fn floats(tensor: &TensorProto) -> Option<Vec<f32>> {
    if tensor.data_type != Some(DataType::FLOAT) {
        return None;
    }
    let Some(raw) = &tensor.raw_data else { return Some(tensor.float_data.clone()) };
    let (values, rest) = {
        let raw = raw.borrow();
        let chunks = raw.chunks_exact(4);
        let rest = chunks.remainder().len();
        let value = |bytes: &[u8]| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        (chunks.map(value).collect(), rest)
    };
    (rest == 0).then_some(values)
}

fn missing(name: &str) -> LanguageError {
    LanguageError::Encoder(format!("{name} is missing or of another kind than expected"))
}
