//! Data or text out of pictures, by prompt.

use common::Function;
use contract::endpoints::EXTRACT_IMAGE;
use extracting::{check_settings, extract_image, extracted_image, quote};

pub fn function() -> Function {
    Function::planned(EXTRACT_IMAGE, extract_image, quote, extracted_image).settings(check_settings)
}
