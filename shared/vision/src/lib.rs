//! What is to be seen in a picture: text, and what it shows. Pure and synchronous: networks of `inference` and pixels; no clock
//! but a deadline, no files but the models.

mod error;
mod labels;
mod names;
mod ocr;
mod picture;
mod sample;
mod watch;

pub use error::VisionError;

pub use labels::{ImageLabels, LabelModel};
pub use ocr::{Line, Ocr, OcrFiles, OcrOptions, text};
pub use picture::Picture;

/// The pages that tests draw name this crate as others do.
#[cfg(test)]
extern crate self as vision;

#[cfg(test)]
#[path = "../tests/page/mod.rs"]
#[allow(dead_code)]
mod page;
