//! What the extraction functions and their worker share: pictures and documents to sheets, sheets to an answer, by a hosted model or by
//! the local reader.

mod alone;
mod answer;
mod ask;
mod later;
mod local;
mod merge;
mod run;
mod sheets;
mod sum;
mod work;

pub use alone::{Extractor, OfFile, check};
pub use engine::check_settings;
pub use later::{Finished, of_call, of_request};
pub use run::Caller;
pub use work::{Work, blamed, extract_document, extract_image, extracted_document, extracted_image, quote};
