//! Texts to vectors.

mod bert;
mod own;
mod table;
mod weights;

pub use bert::Bert;
pub use own::Own;
pub use table::Table;
