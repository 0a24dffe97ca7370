//! Where model files lie and whether they are the ones that were chosen. What fetches them is `infra/models`; what runs them is
//! `inference`, from where this crate is reached as `inference::models`.

mod encoder;
mod folder;
mod hash;
mod manifest;

pub use encoder::{OwnEncoder, OwnEncoderError, Source};
pub use folder::{Folder, ModelError};
pub use hash::{Hash, WrongHash};
pub use manifest::{Archive, Conversion, File, Licence, LicenceText, Manifest, Platform, Registry};
