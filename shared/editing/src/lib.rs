//! What every function that edits a picture shares: fetch the input, run the engine off the async threads within the
//! process's budget, store the result.

mod destination;
mod editor;
mod error;
mod result;
mod source;

pub use destination::{Destination, Target};
pub use editor::{EditLimits, Editor, Input, InputPlace};
pub use error::EditError;
pub use result::{Name, Stored, Way, store_result};
pub use source::Source;
