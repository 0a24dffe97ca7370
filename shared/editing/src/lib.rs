//! What every function that edits a picture shares: fetch the input, run the engine off the async threads within the
//! process's budget, store the result.

mod destination;
mod editor;
mod error;
mod name;
mod result;

pub use destination::Destination;
pub use editor::{EditLimits, Editor, Input, InputPlace};
pub use error::EditError;
pub use result::{Stored, Way, store_result};
