//! Batch jobs, but for the models: uploads, lines of a file, shards, and how results come together.

mod ending;
mod events;
mod lines;
mod output;
mod places;
mod recipe;
mod report;
mod segments;
mod source;
mod split;
mod upload;

pub use ending::{end, wake};
pub use events::tell;
pub use lines::{CustomId, Entry, Line, LineFault, Splitter};
pub use output::Output;
pub use places::{Places, new_id};
pub use recipe::Recipe;
pub use report::find;
pub use segments::{Segment, Segments};
pub use source::{Broken, Source};
pub use split::{Sample, ShardBytes, divide};
pub use upload::upload;
