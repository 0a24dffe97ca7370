//! Files that callers send straight to the store: where they go, and how they are read when a request names them.

mod form;
mod input;
mod target;

pub use form::{Grant, form, grant};
pub use input::{id_of, pin, read};
pub use target::{find, new_id, shown, target};
