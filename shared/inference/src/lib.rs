//! Neural networks out of ONNX files, run on this machine's processor.

mod backend;
mod rten;

pub use backend::{Backend, InferenceError, Input, Network, Options, Output};
pub use rten::Rten;
