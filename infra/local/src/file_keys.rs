//! The ring that signs file links, in a 0600 file of the data folder.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use common::files::FileKeys;
use ring::rand::{SecureRandom, SystemRandom};

const FILE: &str = "file-keys";

/// Reads the ring, or makes it at a first start.
pub fn load(data: &Path) -> io::Result<FileKeys> {
    parse(data, &text(data, FILE)?)
}

/// The ring as the setting has it.
pub fn load_text(data: &Path) -> io::Result<String> {
    let text = text(data, FILE)?;
    parse(data, &text).map(|_| text)
}

fn parse(data: &Path, text: &str) -> io::Result<FileKeys> {
    FileKeys::parse(text).map_err(|error| {
        io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", data.join(FILE).display()))
    })
}

/// A random key in hexadecimal digits that stands in a file of the data folder, made where there is none.
pub(crate) fn text(data: &Path, file: &str) -> io::Result<String> {
    let path = data.join(file);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mut key = [0u8; 32];
            SystemRandom::new().fill(&mut key).map_err(|_| io::Error::other("no randomness"))?;
            let text: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
            write_private(&path, &text)?;
            text
        }
        Err(error) => return Err(error),
    };
    Ok(text.trim().to_owned())
}

/// Writes a file that only its owner reads, whole or not at all.
pub fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut fresh = path.as_os_str().to_owned();
    fresh.push(".atelier-new");
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&fresh, path)
}
