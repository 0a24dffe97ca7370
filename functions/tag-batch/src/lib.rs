//! The labels of each of many texts.

use classifying::{check_settings, quote, tag_batch, tagged_batch};
use common::Function;
use contract::endpoints::TAG_BATCH;

pub fn function() -> Function {
    Function::planned(TAG_BATCH, tag_batch, quote, tagged_batch).settings(check_settings)
}
