//! Neural networks out of ONNX files, run on this machine's processor.

mod backend;
mod metadata;
mod rten;

pub use ::models;
pub use backend::{Backend, InferenceError, Input, Network, Options, Output};
pub use metadata::metadata;
pub use rten::Rten;
