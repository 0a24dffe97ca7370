//! Data out of pictures and documents by prompt.

mod ask;
mod document;
mod image;

pub use ask::Ask;
pub use document::{ExtractDocument, ExtractedDocument};
pub use image::{ExtractFormats, ExtractImage, Extracted, InputMethod, NATIVE_FORMATS, Outcome};
