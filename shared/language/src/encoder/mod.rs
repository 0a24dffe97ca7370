//! Texts to vectors.

mod bert;
mod table;
mod weights;

pub use bert::Bert;
pub use table::Table;
