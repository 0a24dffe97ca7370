//! Batches of edits, but for the pictures and the storages: manifests, results, reports, and how a batch comes to its end.

mod chunk;
mod ending;
mod manifest;
mod names;
mod places;
mod report;
mod request;
mod telling;

pub use chunk::{Chunk, Lines, begin, failed};
pub use ending::{advance, fail_listing};
pub use manifest::{Entry, Manifest, entries};
pub use report::{find, report, result_url};
pub use request::{StoredRequest, echo, keep, load};
pub use telling::told;
