//! The label of each of many texts.

use classifying::{check_settings, classified_batch, classify_batch, quote};
use common::Function;
use contract::endpoints::CLASSIFY_BATCH;

pub fn function() -> Function {
    Function::planned(CLASSIFY_BATCH, classify_batch, quote, classified_batch).settings(check_settings)
}
