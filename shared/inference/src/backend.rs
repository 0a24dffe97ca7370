//! What a library that runs networks must be able to do.

use std::path::Path;

/// How a network is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Threads of one run; runs of one network share them.
    pub threads: usize,
    /// Keeps a second copy of the weights, in the order in which they are multiplied: more memory, a slower load, faster runs.
    pub prepack: bool,
}

/// A dense tensor in row-major order, borrowed for a run. The product of `shape` is the length of the data.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    F32 {
        shape: &'a [usize],
        data: &'a [f32],
    },
    /// ONNX's int64, held in 32 bits: token ids, masks and lengths are never larger.
    I32 {
        shape: &'a [usize],
        data: &'a [i32],
    },
}

/// A dense tensor in row-major order.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    pub shape: Vec<usize>,
    pub data: Vec<f32>,
}

#[derive(Debug, thiserror::Error)]
pub enum InferenceError {
    #[error("the model in {file} cannot be loaded: {cause}")]
    Load { file: String, cause: String },
    #[error("the model has no input or output {0:?}")]
    NoSuchNode(String),
    #[error("a shape does not fit its data: {0}")]
    Shape(String),
    #[error("the model failed: {0}")]
    Run(String),
}

/// A library that runs networks.
pub trait Backend: Send + Sync {
    /// As in "rten".
    fn name(&self) -> &'static str;

    /// Loads an ONNX file. The caller has verified its hash: [`crate::models::Folder::file`] does.
    fn load(&self, file: &Path, options: &Options) -> Result<Box<dyn Network>, InferenceError>;
}

/// A loaded network. Runs from several threads at once give the same as runs one after the other; with rten they wait for no lock,
/// with ONNX Runtime they take turns.
pub trait Network: Send + Sync {
    /// Names of what it has to be given, in the file's order.
    fn inputs(&self) -> Vec<String>;

    /// Names of what it gives, in the file's order.
    fn outputs(&self) -> Vec<String>;

    /// Runs once; outputs in the order in which they are named.
    fn run(&self, inputs: &[(&str, Input<'_>)], outputs: &[&str]) -> Result<Vec<Output>, InferenceError>;
}
