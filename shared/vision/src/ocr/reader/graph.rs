//! The weights of a network out of its ONNX file, in the order in which they are used.

use std::collections::HashMap;

use inference::LayerNorm;
use rten_onnx::onnx::{DataType, ModelProto, NodeProto, TensorProto};

use crate::VisionError;

/// Added to a variance before its root; of the exports of PaddleOCR.
const EPSILON: f32 = 1e-5;

/// A convolution with the bias or the normalisation that follows it.
pub(super) struct Convolution {
    pub outputs: usize,
    /// Channels that one output is made of.
    pub inputs: usize,
    /// Rows and columns.
    pub kernel: [usize; 2],
    pub stride: [usize; 2],
    /// By output, input, row and column.
    pub weights: Vec<f32>,
    pub bias: Vec<f32>,
}

/// A matrix by input and output, and what is added to the product.
pub(super) struct Product {
    pub inputs: usize,
    pub outputs: usize,
    pub weights: Vec<f32>,
    pub bias: Vec<f32>,
}

pub(super) struct Graph {
    nodes: Vec<NodeProto>,
    tensors: HashMap<String, TensorProto>,
}

impl Graph {
    pub fn read(file: &[u8]) -> Result<Self, VisionError> {
        let model = ModelProto::parse_buf(file).map_err(|error| VisionError::Model(error.to_string()))?;
        let graph = model.graph.ok_or_else(|| VisionError::Model("the file has no graph".to_owned()))?;
        let named = |tensor: TensorProto| Some((tensor.name.clone()?, tensor));
        Ok(Self { nodes: graph.node, tensors: graph.initializer.into_iter().filter_map(named).collect() })
    }

    /// What the graph does, node by node: FNV-1a of the nodes' kinds.
    pub fn fingerprint(&self) -> u64 {
        let kinds = self.nodes.iter().flat_map(|node| kind(node).bytes().chain([0]));
        kinds
            .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    }

    /// All of them; `None` where one is of another form than is read here.
    pub fn convolutions(&self) -> Option<Vec<Convolution>> {
        self.of_kind("Conv").map(|node| self.convolution(node)).collect()
    }

    /// The multiplications with weights.
    pub fn products(&self) -> Option<Vec<Product>> {
        let weighted = self.of_kind("MatMul").filter(|node| self.weights_of(node).is_some());
        weighted.map(|node| self.product(node)).collect()
    }

    /// The scale and offset that follow each normalisation of `width` values.
    pub fn norms(&self, width: usize) -> Option<Vec<LayerNorm>> {
        let scale = |node: &NodeProto| {
            let (sides, values) = self.weights_of(node)?;
            (sides == [width] && width > 1).then_some(values)
        };
        let scaled = self.of_kind("Mul").filter_map(|node| Some((node, scale(node)?)));
        scaled
            .map(|(node, weight)| {
                Some(LayerNorm { weight, bias: self.added_to(node, width)?, epsilon: EPSILON })
            })
            .collect()
    }

    fn of_kind<'a>(&'a self, wanted: &'a str) -> impl Iterator<Item = &'a NodeProto> {
        self.nodes.iter().filter(move |node| kind(node) == wanted)
    }

    fn convolution(&self, node: &NodeProto) -> Option<Convolution> {
        let (sides, weights) = self.weights_of(node)?;
        let [outputs, inputs, rows, columns] = sides[..] else { return None };
        if sides.contains(&0) {
            return None;
        }
        let stride = &node.attribute.iter().find(|one| one.name.as_deref() == Some("strides"))?.ints;
        let side = |index: usize| usize::try_from(*stride.get(index)?).ok();
        let mut convolution = Convolution {
            outputs,
            inputs,
            kernel: [rows, columns],
            stride: [side(0)?, side(1)?],
            weights,
            bias: Vec::new(),
        };
        match self.user(node, "BatchNormalization") {
            Some(norm) => self.fold(&mut convolution, norm)?,
            None => convolution.bias = self.added_to(node, outputs)?,
        }
        Some(convolution)
    }

    /// A normalisation by constants is a scale and an offset of what is before it.
    fn fold(&self, convolution: &mut Convolution, norm: &NodeProto) -> Option<()> {
        let values = |index: usize| self.vector(norm.input.get(index)?, convolution.outputs);
        let (scale, offset, mean, variance) = (values(1)?, values(2)?, values(3)?, values(4)?);
        let each = convolution.weights.len() / convolution.outputs.max(1);
        for (channel, weights) in convolution.weights.chunks_exact_mut(each.max(1)).enumerate() {
            let scale = scale[channel] / (variance[channel] + EPSILON).sqrt();
            weights.iter_mut().for_each(|weight| *weight *= scale);
            convolution.bias.push(offset[channel] - mean[channel] * scale);
        }
        Some(())
    }

    fn product(&self, node: &NodeProto) -> Option<Product> {
        let (sides, weights) = self.weights_of(node)?;
        let [inputs, outputs] = sides[..] else { return None };
        if sides.contains(&0) {
            return None;
        }
        Some(Product { inputs, outputs, weights, bias: self.added_to(node, outputs)? })
    }

    /// The constant that is added to what a node makes.
    fn added_to(&self, node: &NodeProto, length: usize) -> Option<Vec<f32>> {
        let add = self.user(node, "Add")?;
        add.input.iter().find_map(|input| self.vector(input, length))
    }

    fn user(&self, node: &NodeProto, wanted: &str) -> Option<&NodeProto> {
        let made = node.output.first()?;
        self.nodes.iter().find(|user| kind(user) == wanted && user.input.contains(made))
    }

    /// Sides and values of the constant among a node's inputs.
    fn weights_of(&self, node: &NodeProto) -> Option<(Vec<usize>, Vec<f32>)> {
        node.input.iter().find_map(|input| self.tensor(input))
    }

    fn vector(&self, name: &str, length: usize) -> Option<Vec<f32>> {
        let (_, values) = self.tensor(name)?;
        (values.len() == length).then_some(values)
    }

    fn tensor(&self, name: &str) -> Option<(Vec<usize>, Vec<f32>)> {
        let tensor = self.tensors.get(name)?;
        if tensor.data_type != Some(DataType::FLOAT) {
            return None;
        }
        let sides: Option<Vec<usize>> = tensor.dims.iter().map(|side| usize::try_from(*side).ok()).collect();
        let sides = sides?;
        let values = match &tensor.raw_data {
            None => tensor.float_data.clone(),
            Some(raw) => {
                let raw = raw.borrow();
                let value = |bytes: &[u8]| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
                raw.chunks_exact(4).map(value).collect()
            }
        };
        let length = sides.iter().try_fold(1_usize, |length, side| length.checked_mul(*side));
        (length == Some(values.len())).then_some((sides, values))
    }
}

fn kind(node: &NodeProto) -> &str {
    node.op_type.as_deref().unwrap_or_default()
}
