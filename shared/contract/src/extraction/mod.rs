//! Data out of pictures and documents by prompt.

mod ask;
mod document;
mod image;
mod requests;

pub use ask::Ask;
pub use document::{ExtractDocument, ExtractedDocument};
pub use image::{ExtractFormats, ExtractImage, Extracted, InputMethod, NATIVE_FORMATS, Outcome};
pub use requests::{
    ExtractionAccepted, ExtractionModel, ExtractionReport, ModelCreate, ModelDeleted, ModelQuery, ModelRef,
    Numbered, RequestAccepted, RequestCreate, RequestItem, RequestQuery, RequestRef, RequestStatus, Turn,
};
