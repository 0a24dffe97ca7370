//! Rten: no native library, quick to load.

use std::path::Path;
use std::sync::Arc;

use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, ValueOrView};
use rten_tensor::TensorView;
use rten_tensor::prelude::*;

use crate::{Backend, InferenceError, Input, Network, Options, Output};

#[derive(Debug, Clone, Copy, Default)]
pub struct Rten;

struct Loaded {
    model: Model,
    threads: Arc<ThreadPool>,
}

impl Backend for Rten {
    fn name(&self) -> &'static str {
        "rten"
    }

    fn load(&self, file: &Path, options: &Options) -> Result<Box<dyn Network>, InferenceError> {
        let model = ModelOptions::with_all_ops().prepack_weights(options.prepack).load_file(file).map_err(
            |cause| InferenceError::Load { file: file.display().to_string(), cause: cause.to_string() },
        )?;
        Ok(Box::new(Loaded { model, threads: Arc::new(ThreadPool::with_num_threads(options.threads)) }))
    }
}

impl Network for Loaded {
    fn inputs(&self) -> Vec<String> {
        self.names(self.model.input_ids())
    }

    fn outputs(&self) -> Vec<String> {
        self.names(self.model.output_ids())
    }

    fn run(&self, inputs: &[(&str, Input<'_>)], outputs: &[&str]) -> Result<Vec<Output>, InferenceError> {
        let given = inputs.iter().map(|(name, input)| Ok((self.node(name)?, view(*input)?)));
        let given = given.collect::<Result<Vec<_>, _>>()?;
        let asked = outputs.iter().map(|name| self.node(name)).collect::<Result<Vec<_>, _>>()?;
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(&self.threads)));
        let values = self.model.run(given, &asked, Some(options)).map_err(run_error)?;
        values.into_iter().map(owned).collect()
    }
}

impl Loaded {
    fn names(&self, nodes: &[NodeId]) -> Vec<String> {
        let name = |node: &NodeId| self.model.node_info(*node)?.name().map(str::to_owned);
        nodes.iter().filter_map(name).collect()
    }

    fn node(&self, name: &str) -> Result<NodeId, InferenceError> {
        self.model.find_node(name).ok_or_else(|| InferenceError::NoSuchNode(name.to_owned()))
    }
}

fn view(input: Input<'_>) -> Result<ValueOrView<'_>, InferenceError> {
    let (shape, length) = match input {
        Input::F32 { shape, data } => (shape, data.len()),
        Input::I32 { shape, data } => (shape, data.len()),
    };
    // Rten multiplies the sides unchecked.
    if shape.iter().try_fold(1usize, |count, side| count.checked_mul(*side)) != Some(length) {
        return Err(InferenceError::Shape(format!("{shape:?} for {length} numbers")));
    }
    let shape_error = |error: &dyn std::fmt::Display| InferenceError::Shape(error.to_string());
    Ok(match input {
        Input::F32 { shape, data } => {
            TensorView::try_from_data(shape, data).map_err(|error| shape_error(&error))?.into()
        }
        Input::I32 { shape, data } => {
            TensorView::try_from_data(shape, data).map_err(|error| shape_error(&error))?.into()
        }
    })
}

fn owned(value: rten::Value) -> Result<Output, InferenceError> {
    let tensor: rten_tensor::Tensor<f32> = value.try_into().map_err(run_error)?;
    Ok(Output { shape: tensor.shape().to_vec(), data: tensor.into_data() })
}

fn run_error(error: impl std::fmt::Display) -> InferenceError {
    InferenceError::Run(error.to_string())
}
