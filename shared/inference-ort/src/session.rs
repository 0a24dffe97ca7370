//! A network in ONNX Runtime.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use inference::{InferenceError, Input, Network, Options, Output};
use ort::environment::Environment;
use ort::session::{OutputSelector, RunOptions, Session, SessionInputValue};
use ort::value::{DynValue, Tensor, TensorElementType, TensorRef, ValueType};

pub struct Loaded {
    /// Why a lock: a run borrows the session mutably. It uses all of the network's threads, so runs side by side would gain
    /// nothing.
    session: Mutex<Session>,
    inputs: HashMap<String, TensorElementType>,
    /// Of the inputs, in the file's order.
    names: Vec<String>,
    outputs: Vec<String>,
}

fn open(environment: &Environment, file: &Path, options: &Options) -> ort::Result<Session> {
    let prepacking_off = if options.prepack { "0" } else { "1" };
    Session::builder(environment)?
        .with_intra_threads(options.threads)?
        .with_inter_threads(1)?
        // Waiting threads would spin: CPU time for nothing.
        .with_intra_op_spinning(false)?
        .with_config_entry("session.disable_prepacking", prepacking_off)?
        .commit_from_file(file)
}

impl Loaded {
    pub fn new(environment: &Environment, file: &Path, options: &Options) -> Result<Self, InferenceError> {
        let session = open(environment, file, options).map_err(|error| InferenceError::Load {
            file: file.display().to_string(),
            cause: error.to_string(),
        })?;
        let inputs = session.inputs().iter().filter_map(|input| match input.dtype() {
            ValueType::Tensor { ty, .. } => Some((input.name().to_owned(), *ty)),
            _ => None,
        });
        let inputs = inputs.collect();
        let names = session.inputs().iter().map(|input| input.name().to_owned()).collect();
        let outputs = session.outputs().iter().map(|output| output.name().to_owned()).collect();
        Ok(Self { session: Mutex::new(session), inputs, names, outputs })
    }

    fn value<'v>(&self, name: &str, input: Input<'v>) -> Result<SessionInputValue<'v>, InferenceError> {
        let wanted = self.inputs.get(name).ok_or_else(|| InferenceError::NoSuchNode(name.to_owned()))?;
        match (input, wanted) {
            (Input::F32 { shape, data }, TensorElementType::Float32) => {
                let tensor = TensorRef::from_array_view((sides(shape, data.len())?, data));
                Ok(tensor.map_err(run_error)?.into())
            }
            (Input::I32 { shape, data }, TensorElementType::Int64) => {
                let wide: Vec<i64> = data.iter().map(|number| i64::from(*number)).collect();
                let tensor = Tensor::from_array((sides(shape, data.len())?, wide));
                Ok(tensor.map_err(run_error)?.into())
            }
            (Input::I32 { shape, data }, TensorElementType::Int32) => {
                let tensor = TensorRef::from_array_view((sides(shape, data.len())?, data));
                Ok(tensor.map_err(run_error)?.into())
            }
            _ => Err(InferenceError::Run(format!("{name} takes numbers of another kind"))),
        }
    }
}

impl Network for Loaded {
    fn inputs(&self) -> Vec<String> {
        self.names.clone()
    }

    fn outputs(&self) -> Vec<String> {
        self.outputs.clone()
    }

    fn run(&self, inputs: &[(&str, Input<'_>)], outputs: &[&str]) -> Result<Vec<Output>, InferenceError> {
        let values = inputs.iter().map(|(name, input)| Ok(((*name).to_owned(), self.value(name, *input)?)));
        let values = values.collect::<Result<Vec<(String, SessionInputValue<'_>)>, InferenceError>>()?;
        if let Some(unknown) = outputs.iter().find(|name| !self.outputs.iter().any(|known| known == *name)) {
            return Err(InferenceError::NoSuchNode((*unknown).to_owned()));
        }
        let selected =
            outputs.iter().fold(OutputSelector::no_default(), |selected, name| selected.with(*name));
        let options = RunOptions::new().map_err(run_error)?.with_outputs(selected);
        // A panic inside a run would have left the session as it was: nothing of it changes.
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let found = session.run_with_options(values, &options).map_err(run_error)?;
        outputs
            .iter()
            .map(|name| {
                let value = found.get(name).ok_or_else(|| InferenceError::NoSuchNode((*name).to_owned()))?;
                owned(value)
            })
            .collect()
    }
}

/// The shape as ONNX Runtime wants it.
fn sides(shape: &[usize], length: usize) -> Result<Vec<i64>, InferenceError> {
    let count = shape.iter().try_fold(1usize, |count, side| count.checked_mul(*side));
    if count != Some(length) {
        return Err(InferenceError::Shape(format!("{shape:?} for {length} numbers")));
    }
    let sides = shape.iter().map(|side| i64::try_from(*side));
    sides.collect::<Result<_, _>>().map_err(|error| InferenceError::Shape(error.to_string()))
}

fn owned(value: &DynValue) -> Result<Output, InferenceError> {
    let (shape, data) = value.try_extract_tensor::<f32>().map_err(run_error)?;
    let shape = shape.iter().map(|side| usize::try_from(*side)).collect::<Result<_, _>>();
    Ok(Output { shape: shape.map_err(run_error)?, data: data.to_vec() })
}

fn run_error(error: impl std::fmt::Display) -> InferenceError {
    InferenceError::Run(error.to_string())
}
