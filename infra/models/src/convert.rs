//! What is done to a package's file before it is used. Deterministic: the result's hash is pinned.

mod efficientnet;
mod onnx;
mod pickle;

use models::Conversion;

#[derive(Debug, thiserror::Error)]
pub enum ConversionError {
    #[error("the file cannot be converted: {0}")]
    Source(String),
}

/// The converted content.
pub fn convert(conversion: Conversion, content: &[u8]) -> Result<Vec<u8>, ConversionError> {
    match conversion {
        Conversion::EfficientnetLite0 => efficientnet::onnx(content),
    }
}
