//! Classification and tagging as data: requests, answers, saved classifiers, and the rules between their fields.

mod classifiers;
mod definition;

pub use classifiers::{
    Classifier, ClassifierCreate, ClassifierDeleted, ClassifierName, ClassifierRef, ClassifierReport, Mode,
};
pub use definition::Definition;
