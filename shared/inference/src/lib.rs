//! Neural networks out of ONNX files, run on this machine's processor.

mod backend;
mod layers;
mod metadata;
mod rten;

pub use ::models;
pub use backend::{Backend, InferenceError, Input, Network, Options, Output};
pub use layers::{LayerNorm, add};
pub use metadata::metadata;
pub use rten::Rten;
