//! Batches of edits, but for the pictures and the storages: manifests, results, reports, and how a batch comes to its end.

mod chunk;
mod ending;
mod manifest;
mod names;
mod places;
mod report;
mod request;

pub use chunk::{Chunk, Lines, begin, failed};
pub use ending::{advance, own_errors};
pub use manifest::{Entry, Manifest, entries};
pub use report::{find, report, result_url};
pub use request::{StoredRequest, echo, keep, load};
