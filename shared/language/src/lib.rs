//! Texts to labels, on models that run in the process.
//!
//! [`Language`] is loaded once. [`Language::prepare`] turns labels into [`Prepared`], once a classifier's version or a request;
//! [`Language::classify`] then scores any number of texts.

// For `files`, which unit tests share with those of `tests`.
#[cfg(test)]
extern crate self as language;

mod budget;
mod calibration;
mod classify;
mod discriminant;
mod encoder;
mod error;
mod evidence;
#[cfg(test)]
#[path = "../tests/files/mod.rs"]
mod files;
mod labels;
mod linear;
mod models;
mod prepare;
mod refine;
mod space;
mod tokens;
mod windows;

pub use calibration::{Calibration, calibration_error, fit};
pub use classify::Scores;
pub use error::LanguageError;
pub use evidence::Evidence;
pub use labels::{Label, Labels};
pub use models::{Language, Models, OwnEncoder};
pub use prepare::{Method, Prepared};
pub use space::{Placed, Tier};
