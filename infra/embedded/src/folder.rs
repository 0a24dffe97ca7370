//! The data folder: private to its owner, and held by one process at a time.

use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::EmbeddedError;

const LOCK: &str = "lock";

/// The folder and the lock on it. Dropping it unlocks, and removes a temporary folder.
pub(crate) struct DataFolder {
    path: PathBuf,
    temporary: bool,
    _lock: File,
}

impl DataFolder {
    /// Makes the folder (mode 0700) where it is missing and locks it.
    pub(crate) fn open(path: &Path) -> Result<Self, EmbeddedError> {
        Self::lock(path, false)
    }

    /// A new folder in the system's place for temporary files, gone when this value is.
    pub(crate) fn temporary() -> Result<Self, EmbeddedError> {
        let name = format!("atelier-embedded-{:032x}", rand::random::<u128>());
        Self::lock(&std::env::temp_dir().join(name), true)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    fn lock(path: &Path, temporary: bool) -> Result<Self, EmbeddedError> {
        let file = path.join(LOCK);
        if !file.exists() && is_shared_and_in_use(path) {
            return Err(EmbeddedError::Foreign { path: path.to_owned() });
        }
        make_private_folder(path)?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&file)
            .map_err(EmbeddedError::folder(&file))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), temporary, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(EmbeddedError::Locked { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => Err(EmbeddedError::Folder { path: file, source }),
        }
    }
}

impl Drop for DataFolder {
    fn drop(&mut self) {
        if self.temporary {
            // A leftover in the temporary folder harms nobody; the system clears it.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

/// Whether a folder of data stands there.
pub fn holds_data(path: &Path) -> bool {
    path.join(LOCK).is_file()
}

/// Why: a folder named by mistake, such as `/tmp`, must not be closed to everybody else.
fn is_shared_and_in_use(path: &Path) -> bool {
    let shared = std::fs::metadata(path).is_ok_and(|folder| folder.permissions().mode() & 0o077 != 0);
    shared && std::fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some())
}

/// Makes a folder and its parents, readable by the owner alone; an older one is made so.
pub(crate) fn make_private_folder(path: &Path) -> Result<(), EmbeddedError> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(EmbeddedError::folder(path))?;
    std::fs::set_permissions(path, Permissions::from_mode(0o700)).map_err(EmbeddedError::folder(path))
}
