//! Files inside a package: a wheel is a zip file, what npm packs a gzipped tar. Nothing is unpacked to the disk and nothing but
//! what is asked for is read, up to a bound.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use models::Registry;
use zip::ZipArchive;

#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("it holds no {0}")]
    NoSuchFile(String),
    #[error("{path} in it is larger than {limit} bytes")]
    TooLarge { path: String, limit: u64 },
    #[error("it cannot be read: {0}")]
    Broken(String),
}

/// A package file of which the hash has been checked.
#[derive(Debug)]
pub struct Packed {
    path: PathBuf,
    registry: Registry,
}

impl Packed {
    pub fn new(path: impl Into<PathBuf>, registry: Registry) -> Self {
        Self { path: path.into(), registry }
    }

    /// The content of one file inside, at most `limit` bytes.
    pub fn file(&self, path: &str, limit: u64) -> Result<Vec<u8>, ArchiveError> {
        let opened = File::open(&self.path).map_err(broken)?;
        match self.registry {
            Registry::Pypi => {
                let mut archive = ZipArchive::new(BufReader::new(opened)).map_err(broken)?;
                let entry = archive.by_name(path).map_err(|error| match error {
                    zip::result::ZipError::FileNotFound => ArchiveError::NoSuchFile(path.to_owned()),
                    other => broken(other),
                })?;
                bounded(entry, path, limit)
            }
            Registry::Npm => {
                let mut archive = tar::Archive::new(GzDecoder::new(BufReader::new(opened)));
                for entry in archive.entries().map_err(broken)? {
                    let entry = entry.map_err(broken)?;
                    if *entry.path().map_err(broken)? == *Path::new(path) {
                        return bounded(entry, path, limit);
                    }
                }
                Err(ArchiveError::NoSuchFile(path.to_owned()))
            }
        }
    }
}

fn bounded(entry: impl Read, path: &str, limit: u64) -> Result<Vec<u8>, ArchiveError> {
    let mut content = Vec::new();
    // The zip reader checks the sum at the end, which is reached only when one more byte is asked for.
    entry.take(limit.saturating_add(1)).read_to_end(&mut content).map_err(broken)?;
    if content.len() as u64 > limit {
        return Err(ArchiveError::TooLarge { path: path.to_owned(), limit });
    }
    Ok(content)
}

fn broken(error: impl Into<io::Error>) -> ArchiveError {
    ArchiveError::Broken(error.into().to_string())
}
