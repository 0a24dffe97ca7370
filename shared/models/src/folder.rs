//! The folder of model files. A file is given out only when it is, byte for byte, what the manifest says.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use contract::settings;

use crate::hash::Hash;
use crate::manifest::{File, Manifest};

#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
    manifest: &'static Manifest,
}

/// Every message names the file and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    #[error("there is no model file {0}: `atelier models list` names all")]
    Unknown(String),
    #[error("the model file {name} is missing from {folder}: `atelier models fetch` brings it")]
    Missing { name: String, folder: String },
    #[error("the model file {name} in {folder} is altered: {difference}; `atelier models fetch` replaces it")]
    Altered { name: String, folder: String, difference: String },
    #[error("the model file {name} in {folder} cannot be read: {cause}")]
    Unreadable { name: String, folder: String, cause: io::Error },
    #[error("there is nowhere to keep model files: set ATELIER_MODELS to a folder (HOME is unset too)")]
    NoFolder,
}

impl Folder {
    /// `ATELIER_MODELS`; else `models` beside the binary, which is how they travel in a function's package; else `atelier/models`
    /// in `XDG_CACHE_HOME`; else in `~/.cache`. No file is looked at yet.
    pub fn from_env() -> Result<Self, ModelError> {
        let named = settings::MODELS.value().map(PathBuf::from);
        let packed = || std::env::current_exe().ok().map(|binary| binary.with_file_name("models"));
        let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let cache =
            || absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")));
        named
            .or_else(|| packed().filter(|path| path.is_dir()))
            .or_else(|| cache().map(|cache| cache.join("atelier/models")))
            .map(Self::at)
            .ok_or(ModelError::NoFolder)
    }

    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self::with_manifest(path, Manifest::built_in())
    }

    pub fn with_manifest(path: impl Into<PathBuf>, manifest: &'static Manifest) -> Self {
        Self { path: path.into(), manifest }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn manifest(&self) -> &'static Manifest {
        self.manifest
    }

    /// The path of a file, as in `minilm/model.onnx`, once length and SHA-256 are found to be right. Reads the whole file, at
    /// 1 to 2 GB a second: ask once, when the model is loaded.
    pub fn file(&self, name: &str) -> Result<PathBuf, ModelError> {
        let (file, path) = self.of_right_length(name)?;
        let found = fs::File::open(&path).and_then(Hash::of_reader);
        self.compare(file, found.map_err(|cause| self.unreadable(name, cause))?)?;
        Ok(path)
    }

    /// The content of a file. What is returned is what was verified: for all but what is best mapped into memory.
    pub fn bytes(&self, name: &str) -> Result<Vec<u8>, ModelError> {
        let (file, path) = self.of_right_length(name)?;
        let bytes = fs::read(path).map_err(|cause| self.unreadable(name, cause))?;
        self.compare(file, Hash::of(&bytes))?;
        Ok(bytes)
    }

    /// The path of a file that has the length it should have.
    fn of_right_length(&self, name: &str) -> Result<(&'static File, PathBuf), ModelError> {
        let file = self.manifest.file(name).ok_or_else(|| ModelError::Unknown(name.to_owned()))?;
        let path = self.path.join(&file.name);
        let found = match fs::metadata(&path) {
            Ok(metadata) if metadata.is_file() => metadata.len(),
            Ok(_) => return Err(self.missing(name)),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Err(self.missing(name));
            }
            Err(cause) => return Err(self.unreadable(name, cause)),
        };
        if found == file.bytes {
            return Ok((file, path));
        }
        Err(self.altered(name, format!("{found} bytes instead of {}", file.bytes)))
    }

    fn compare(&self, file: &File, found: Hash) -> Result<(), ModelError> {
        if found == file.sha256 {
            return Ok(());
        }
        Err(self.altered(&file.name, format!("its SHA-256 is {found} instead of {}", file.sha256)))
    }

    fn missing(&self, name: &str) -> ModelError {
        ModelError::Missing { name: name.to_owned(), folder: self.shown() }
    }

    fn altered(&self, name: &str, difference: String) -> ModelError {
        ModelError::Altered { name: name.to_owned(), folder: self.shown(), difference }
    }

    fn unreadable(&self, name: &str, cause: io::Error) -> ModelError {
        ModelError::Unreadable { name: name.to_owned(), folder: self.shown(), cause }
    }

    fn shown(&self) -> String {
        self.path.display().to_string()
    }
}
