//! From packages to files in the folder.

use std::fs::{self, File as Opened};
use std::io;
use std::path::{Path, PathBuf};

use models::{Archive, File, Folder, Hash, LicenceText, ModelError};

use crate::archive::{ArchiveError, Packed};
use crate::convert::{ConversionError, convert};
use crate::packages::{PackageError, Packages};

/// No source of a conversion and no licence is larger.
const MAX_SOURCE: u64 = 512 << 20;
const MAX_LICENCE: u64 = 4 << 20;
/// Licences that a package names but does not carry.
const REPOSITORY_LICENCES: &[(&str, &str)] =
    &[("Apache-2.0.txt", include_str!("../licences/Apache-2.0.txt"))];

#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error("there is no model file {0}: `atelier models list` names all")]
    Unknown(String),
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error("{0}")]
    Package(#[from] PackageError),
    #[error(
        "the package {file} is not the one that was chosen: its SHA-256 is {found} instead of {expected}"
    )]
    WrongPackage { file: String, found: Hash, expected: Hash },
    #[error("the package {file}: {cause}")]
    Archive { file: String, cause: ArchiveError },
    #[error("{name}: {cause}")]
    Conversion { name: String, cause: ConversionError },
    #[error("{name}: what the package {archive} holds has the SHA-256 {found} instead of {expected}")]
    WrongFile { name: String, archive: String, found: Hash, expected: Hash },
    #[error("the manifest names no package {0}")]
    NoArchive(String),
    #[error("{path}: {cause}")]
    Io { path: String, cause: io::Error },
}

/// What is being done, for whoever watches.
#[derive(Debug, Clone, Copy)]
pub enum Progress<'a> {
    Package(&'a Archive),
    File(&'a File),
}

/// The files that `names` mean: a name means itself and all below it; no name means all that are not optional.
pub fn asked<'a>(folder: &'a Folder, names: &[String]) -> Result<Vec<&'a File>, FetchError> {
    let manifest = folder.manifest();
    if names.is_empty() {
        return Ok(manifest.files_here().filter(|file| !file.optional).collect());
    }
    let means = |name: &str, file: &File| {
        file.name == name || file.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('/'))
    };
    if let Some(unknown) = names.iter().find(|name| !manifest.files_here().any(|file| means(name, file))) {
        return Err(FetchError::Unknown(unknown.clone()));
    }
    Ok(manifest.files_here().filter(|file| names.iter().any(|name| means(name, file))).collect())
}

/// Whether the file and its licences are there, and the file is the one that was chosen.
pub fn is_whole(folder: &Folder, file: &File) -> Result<bool, ModelError> {
    match folder.file(&file.name) {
        Ok(_) => Ok(file.licence.texts.iter().all(|text| licence_path(folder, file, text).is_file())),
        Err(ModelError::Missing { .. } | ModelError::Altered { .. }) => Ok(false),
        Err(other) => Err(other),
    }
}

/// Brings what is missing or altered among `files`; with all there it needs no network. Another process that fetches into this
/// folder is waited for. A file appears under its name only when it is whole.
pub fn fetch(
    folder: &Folder,
    files: &[&File],
    packages: &dyn Packages,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<(), FetchError> {
    let whole = |file: &&File| is_whole(folder, file);
    if all(files, whole)? {
        return Ok(());
    }
    let _lock = lock(folder.path())?;
    let work = Work::begin(folder.path())?;
    let mut missing = Vec::new();
    for file in files {
        if !is_whole(folder, file)? {
            missing.push(*file);
        }
    }
    while let Some(first) = missing.first() {
        let archive = folder.manifest().archive(first);
        let archive = archive.ok_or_else(|| FetchError::NoArchive(first.archive.clone()))?;
        progress(Progress::Package(archive));
        let path = packages.get(archive, &work.0)?;
        verify(archive, &path)?;
        let packed = Packed::new(path, archive.registry);
        for file in missing.extract_if(.., |file| file.archive == archive.file) {
            progress(Progress::File(file));
            unpack(folder, file, &packed, &work.0)?;
        }
    }
    Ok(())
}

fn all(files: &[&File], whole: impl Fn(&&File) -> Result<bool, ModelError>) -> Result<bool, ModelError> {
    for file in files {
        if !whole(file)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn verify(archive: &Archive, path: &Path) -> Result<(), FetchError> {
    let found = Opened::open(path).and_then(Hash::of_reader).map_err(|cause| failed(path, cause))?;
    if found == archive.sha256 {
        return Ok(());
    }
    Err(FetchError::WrongPackage { file: archive.file.clone(), found, expected: archive.sha256 })
}

fn unpack(folder: &Folder, file: &File, packed: &Packed, work: &Path) -> Result<(), FetchError> {
    let archive = |cause| FetchError::Archive { file: file.archive.clone(), cause };
    let content = match file.conversion {
        None => packed.file(&file.path, file.bytes).map_err(archive)?,
        Some(conversion) => {
            let source = packed.file(&file.path, MAX_SOURCE).map_err(archive)?;
            let failed = |cause| FetchError::Conversion { name: file.name.clone(), cause };
            convert(conversion, &source).map_err(failed)?
        }
    };
    let found = Hash::of(&content);
    if found != file.sha256 {
        return Err(FetchError::WrongFile {
            name: file.name.clone(),
            archive: file.archive.clone(),
            found,
            expected: file.sha256,
        });
    }
    // Licences first: a file that is there has its licence beside it.
    for text in &file.licence.texts {
        let content = match text {
            LicenceText::Package(path) => packed.file(path, MAX_LICENCE).map_err(archive)?,
            LicenceText::Repository(name) => {
                let known = REPOSITORY_LICENCES.iter().find(|(known, _)| known == name);
                let unknown = || archive(ArchiveError::NoSuchFile(name.clone()));
                known.ok_or_else(unknown)?.1.as_bytes().to_vec()
            }
        };
        place(&content, &licence_path(folder, file, text), work)?;
    }
    place(&content, &folder.path().join(&file.name), work)
}

/// A whole file with its licences, into another folder.
pub fn copy(folder: &Folder, file: &File, to: &Path) -> Result<(), FetchError> {
    let licences = file.licence.texts.iter().map(|text| licence_path(folder, file, text));
    for path in std::iter::once(folder.file(&file.name)?).chain(licences) {
        let target = to.join(path.strip_prefix(folder.path()).unwrap_or(&path));
        let copied = || {
            if let Some(parent) = target.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::copy(&path, &target)
        };
        copied().map_err(|cause| failed(&target, cause))?;
    }
    Ok(())
}

/// Beside the file: `minilm/model.onnx` has its licences in `minilm/model.onnx.licences`.
fn licence_path(folder: &Folder, file: &File, text: &LicenceText) -> PathBuf {
    let (LicenceText::Package(path) | LicenceText::Repository(path)) = text;
    let name = path.rsplit('/').next().unwrap_or(path);
    folder.path().join(format!("{}.licences", file.name)).join(name)
}

/// Written whole elsewhere in the folder, then given its name: nobody sees half a file.
fn place(content: &[u8], path: &Path, work: &Path) -> Result<(), FetchError> {
    let part = work.join("part");
    let written = || {
        fs::write(&part, content)?;
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::rename(&part, path)
    };
    written().map_err(|cause| failed(path, cause))
}

/// Held until it is dropped, also by the death of the process.
fn lock(folder: &Path) -> Result<Opened, FetchError> {
    let path = folder.join(".lock");
    let locked = || {
        fs::create_dir_all(folder)?;
        let file = Opened::create(&path)?;
        file.lock()?;
        Ok(file)
    };
    locked().map_err(|cause| failed(&path, cause))
}

/// A folder for packages and unfinished files, removed at the end. Only whoever holds the lock has one.
struct Work(PathBuf);

impl Work {
    fn begin(folder: &Path) -> Result<Self, FetchError> {
        let path = folder.join(".work");
        let made = || match fs::remove_dir_all(&path) {
            // What a killed process left.
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => fs::create_dir(&path),
        };
        made().map_err(|cause| failed(&path, cause))?;
        Ok(Self(path))
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        // What stays is removed by the next fetch.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn failed(path: &Path, cause: io::Error) -> FetchError {
    FetchError::Io { path: path.display().to_string(), cause }
}
