//! Data or text out of PDF, DOCX and pictures, by prompt.

use common::Function;
use contract::endpoints::EXTRACT_DOCUMENT;
use extracting::{check_settings, extract_document, extracted_document, quote};

pub fn function() -> Function {
    Function::planned(EXTRACT_DOCUMENT, extract_document, quote, extracted_document).settings(check_settings)
}
