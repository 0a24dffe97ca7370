//! How good a saved classifier is; fits its confidences.

use classifying::{check_settings, evaluated, plan_evaluation, quote_evaluation};
use common::Function;
use contract::endpoints::CLASSIFIER_EVALUATE;

pub fn function() -> Function {
    Function::planned(CLASSIFIER_EVALUATE, plan_evaluation, quote_evaluation, evaluated)
        .settings(check_settings)
}
