//! EfficientNet-Lite0 (Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", 2019, in its Lite
//! form without squeeze-and-excitation): the network around the weights of a PyTorch state dictionary.
//!
//! Input `pixels`, f32, N×3×224×224, RGB, (value - 127) / 128. Output `logits`, N×1000. Normalisations are folded into the
//! convolutions before them, in f64: the result is the same on every machine, so its hash can be pinned.

use std::collections::HashMap;

use super::ConversionError;
use super::onnx::{Attribute, Network, Side};
use super::pickle::{Tensor, state_dict};

/// Added to a variance before its root is taken; TensorFlow's value, with which the weights were trained.
const EPSILON: f64 = 1e-3;
const SIDE: u64 = 224;
const CLASSES: usize = 1000;

/// Blocks of one stage and the stride of the first. Kernels and channels are those of the weights.
const STAGES: [(usize, u64); 7] = [(1, 1), (2, 2), (2, 2), (3, 2), (3, 1), (4, 2), (1, 1)];

struct Builder {
    network: Network,
    state: HashMap<String, Tensor>,
}

pub fn onnx(state: &[u8]) -> Result<Vec<u8>, ConversionError> {
    let mut builder = Builder { network: Network::default(), state: state_dict(state)? };
    builder
        .network
        .input("pixels", &[Side::Any("batch"), Side::Fixed(3), Side::Fixed(SIDE), Side::Fixed(SIDE)]);
    builder.network.output("logits", &[Side::Any("batch"), Side::Fixed(CLASSES as u64)]);
    builder.network.weight("zero", &[], &[0.0]);
    builder.network.weight("six", &[], &[6.0]);

    let mut last = builder.convolution("pixels", "_conv_stem", "_bn0", 2)?;
    last = builder.relu6(&last);
    let mut block = 0;
    for (count, stride) in STAGES {
        for repeat in 0..count {
            last = builder.block(&last, block, if repeat == 0 { stride } else { 1 }, repeat > 0)?;
            block += 1;
        }
    }
    last = builder.convolution(&last, "_conv_head", "_bn1", 1)?;
    last = builder.relu6(&last);
    builder.classifier(&last)?;
    let notes = [
        ("licence", "Apache-2.0"),
        (
            "changed",
            "Converted by Atelier from PyTorch weights; normalisations are folded into convolutions.",
        ),
    ];
    Ok(builder.network.file("efficientnet-lite0", &notes))
}

impl Builder {
    /// Expands, convolves each channel alone, projects; adds its input where nothing changes size.
    fn block(
        &mut self,
        input: &str,
        index: usize,
        stride: u64,
        residual: bool,
    ) -> Result<String, ConversionError> {
        let part = |name: &str| format!("_blocks.{index}.{name}");
        let mut last = input.to_owned();
        // The first block of all has as many channels inside as outside.
        if index > 0 {
            last = self.convolution(&last, &part("_expand_conv"), &part("_bn0"), 1)?;
            last = self.relu6(&last);
        }
        last = self.convolution(&last, &part("_depthwise_conv"), &part("_bn1"), stride)?;
        last = self.relu6(&last);
        last = self.convolution(&last, &part("_project_conv"), &part("_bn2"), 1)?;
        if residual {
            let sum = part("sum");
            self.network.node("Add", &sum, &[&last, input], &[]);
            last = sum;
        }
        Ok(last)
    }

    fn convolution(
        &mut self,
        input: &str,
        name: &str,
        norm: &str,
        stride: u64,
    ) -> Result<String, ConversionError> {
        let mut weight = self.take(&format!("{name}.weight"))?;
        let [outputs, inputs, kernel, width] = weight.shape[..] else { return Err(shape(name)) };
        let [scale, shift, mean, variance] = ["weight", "bias", "running_mean", "running_var"]
            .map(|part| self.take(&format!("{norm}.{part}")));
        let (scale, shift, mean, variance) = (scale?.data, shift?.data, mean?.data, variance?.data);
        let fits = [&scale, &shift, &mean, &variance].iter().all(|values| values.len() == outputs);
        if !fits || kernel != width || outputs == 0 {
            return Err(shape(name));
        }
        let mut bias = Vec::with_capacity(outputs);
        let each = weight.data.len() / outputs;
        for (channel, numbers) in weight.data.chunks_exact_mut(each.max(1)).enumerate() {
            let factor = f64::from(scale[channel]) / (f64::from(variance[channel]) + EPSILON).sqrt();
            numbers.iter_mut().for_each(|number| *number = (f64::from(*number) * factor) as f32);
            bias.push((f64::from(shift[channel]) - f64::from(mean[channel]) * factor) as f32);
        }
        let (weights, biases) = (format!("{name}.weight"), format!("{name}.bias"));
        self.network.weight(&weights, &weight.shape, &weight.data);
        self.network.weight(&biases, &[outputs], &bias);

        let kernel = kernel as u64;
        // TensorFlow's SAME for an even side: what is too much goes to the right and to the bottom.
        let padding = kernel - stride;
        let (before, after) = (padding / 2, padding - padding / 2);
        let group = if inputs == 1 { outputs as u64 } else { 1 };
        let attributes = [
            Attribute::Number("group", group),
            Attribute::Numbers("kernel_shape", &[kernel, kernel]),
            Attribute::Numbers("pads", &[before, before, after, after]),
            Attribute::Numbers("strides", &[stride, stride]),
        ];
        self.network.node("Conv", name, &[input, &weights, &biases], &attributes);
        Ok(name.to_owned())
    }

    fn relu6(&mut self, input: &str) -> String {
        let name = format!("{input}.relu6");
        self.network.node("Clip", &name, &[input, "zero", "six"], &[]);
        name
    }

    fn classifier(&mut self, input: &str) -> Result<(), ConversionError> {
        let (weight, bias) = (self.take("_fc.weight")?, self.take("_fc.bias")?);
        if weight.shape.len() != 2 || weight.shape[0] != CLASSES || bias.shape != [CLASSES] {
            return Err(shape("_fc"));
        }
        self.network.weight("_fc.weight", &weight.shape, &weight.data);
        self.network.weight("_fc.bias", &bias.shape, &bias.data);
        self.network.node("GlobalAveragePool", "pool", &[input], &[]);
        self.network.node("Flatten", "features", &["pool"], &[Attribute::Number("axis", 1)]);
        let inputs = ["features", "_fc.weight", "_fc.bias"];
        self.network.node("Gemm", "logits", &inputs, &[Attribute::Number("transB", 1)]);
        Ok(())
    }

    fn take(&mut self, name: &str) -> Result<Tensor, ConversionError> {
        self.state.remove(name).ok_or_else(|| ConversionError::Source(format!("{name} is missing")))
    }
}

fn shape(name: &str) -> ConversionError {
    ConversionError::Source(format!("{name} has another shape"))
}
