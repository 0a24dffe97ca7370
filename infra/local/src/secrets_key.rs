//! The key that encrypts secrets of callers, in a 0600 file of the data folder. Whoever loses it has to give the storages their credentials
//! again.

use std::io;
use std::path::Path;

use secrets::{LocalKey, Secrets};

use crate::file_keys;

const FILE: &str = "secrets-key";

/// Reads the key, or makes it at a first start.
pub fn load(data: &Path) -> io::Result<Secrets> {
    parse(data, &file_keys::text(data, FILE)?).map(Secrets::Local)
}

/// The key as the setting has it.
pub fn load_text(data: &Path) -> io::Result<String> {
    let text = file_keys::text(data, FILE)?;
    parse(data, &text).map(|_| text)
}

fn parse(data: &Path, text: &str) -> io::Result<LocalKey> {
    LocalKey::parse(text).ok_or_else(|| {
        let sentence = format!("{}: not 64 hexadecimal characters", data.join(FILE).display());
        io::Error::new(io::ErrorKind::InvalidData, sentence)
    })
}
