//! The one label that fits a text best.

use classifying::{check_settings, classified, classify, quote};
use common::Function;
use contract::endpoints::CLASSIFY;

pub fn function() -> Function {
    Function::planned(CLASSIFY, classify, quote, classified).settings(check_settings)
}
