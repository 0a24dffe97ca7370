//! What the extraction functions share: pictures and documents to sheets, sheets to an answer, by a hosted model or by the local
//! reader.

mod alone;
mod answer;
mod ask;
mod local;
mod merge;
mod schema;
mod sheets;
mod sum;
mod work;

pub use alone::{Extractor, OfFile, check};
pub use engine::check_settings;
pub use work::{Work, extract_document, extract_image, extracted_document, extracted_image, quote};
