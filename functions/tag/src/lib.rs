//! Every label that fits a text.

use classifying::{check_settings, quote, tag, tagged};
use common::Function;
use contract::endpoints::TAG;

pub fn function() -> Function {
    Function::planned(TAG, tag, quote, tagged).settings(check_settings)
}
