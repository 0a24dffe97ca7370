//! Files that hold content: written once, never changed, named at random.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures::{Stream, StreamExt};
use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum as _, Md5};
use s3s::dto::Checksum;
use s3s::{S3Result, StdError, s3_error};

use super::{ObjectStore, internal};
use crate::EmbeddedError;
use crate::folder::make_private_folder;

/// Bytes gathered before they are hashed and written in one go on a thread for blocking work.
const WRITE_BYTES: usize = 512 * 1024;

/// The name of a content file: 32 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ContentId(pub(super) String);

impl ContentId {
    pub(super) fn random() -> Self {
        Self(format!("{:032x}", rand::random::<u128>()))
    }
}

pub(super) struct ContentFolder {
    objects: PathBuf,
    incoming: PathBuf,
    sync: bool,
}

impl ContentFolder {
    pub(super) fn open(folder: &Path, sync: bool) -> Result<Self, EmbeddedError> {
        let content = Self { objects: folder.join("objects"), incoming: folder.join("incoming"), sync };
        make_private_folder(&content.objects)?;
        make_private_folder(&content.incoming)?;
        Ok(content)
    }

    /// Removes what a crash left half written.
    pub(super) fn remove_unfinished(&self) -> Result<(), EmbeddedError> {
        let entries = fs::read_dir(&self.incoming).map_err(EmbeddedError::folder(&self.incoming))?;
        for entry in entries {
            let path = entry.map_err(EmbeddedError::folder(&self.incoming))?.path();
            fs::remove_file(&path).map_err(EmbeddedError::folder(&path))?;
        }
        Ok(())
    }

    pub(super) fn file(&self, id: &ContentId) -> io::Result<File> {
        File::open(self.path(id))
    }

    /// A second name, in `incoming/`, for the content of a file. Where the file system has no links, a copy.
    pub(super) fn duplicate(&self, id: &ContentId) -> io::Result<Unfinished> {
        let (source, copy) = (self.path(id), self.unfinished());
        match fs::hard_link(&source, &copy.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => fs::copy(&source, &copy.path).map(drop)?,
            other => other?,
        }
        Ok(copy)
    }

    /// Moves a finished file to its place.
    pub(super) fn adopt(&self, id: &ContentId) -> io::Result<()> {
        let (from, to) = (self.incoming.join(&id.0), self.path(id));
        match fs::rename(&from, &to) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let folder = to.parent().unwrap_or(&self.objects);
                fs::create_dir_all(folder)?;
                fs::rename(&from, &to)
            }
            other => other,
        }
    }

    /// Removes files wherever they are. What is gone already is fine; anything else is reported and left to
    /// the next start.
    pub(super) fn remove_all(&self, ids: &[ContentId]) {
        for path in ids.iter().flat_map(|id| [self.path(id), self.incoming.join(&id.0)]) {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    tracing::warn!(path = %path.display(), %error, "content could not be removed");
                }
                _ => {}
            }
        }
    }

    /// Two levels keep folders small.
    fn path(&self, id: &ContentId) -> PathBuf {
        self.objects.join(id.0.get(..2).unwrap_or("__")).join(&id.0)
    }

    fn unfinished(&self) -> Unfinished {
        let id = ContentId::random();
        Unfinished { path: self.incoming.join(&id.0), id, keep: false }
    }

    fn create(&self, checksums: ChecksumHasher) -> io::Result<Open> {
        let unfinished = self.unfinished();
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished.path)?;
        Ok(Open { unfinished, file, md5: Md5::new(), checksums, size: 0, sync: self.sync })
    }
}

/// A file in `incoming/`, removed on drop unless it was handed over.
pub(super) struct Unfinished {
    id: ContentId,
    path: PathBuf,
    keep: bool,
}

impl Unfinished {
    /// From here on the index knows the file.
    pub(super) fn hand_over(mut self) -> ContentId {
        self.keep = true;
        self.id.clone()
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.keep {
            // What stays is removed at the next start.
            let _ = fs::remove_file(&self.path);
        }
    }
}

struct Open {
    unfinished: Unfinished,
    file: File,
    md5: Md5,
    checksums: ChecksumHasher,
    size: u64,
    sync: bool,
}

/// Content that is complete in `incoming/`.
pub(super) struct Written {
    pub(super) unfinished: Unfinished,
    /// In bytes.
    pub(super) size: u64,
    pub(super) md5: [u8; 16],
    pub(super) checksums: Checksum,
}

/// A file on its way: not yet made, or being written.
enum Progress {
    Start(ChecksumHasher),
    Open(Open),
}

impl Progress {
    fn write(self, folder: &ContentFolder, chunks: &[Bytes]) -> io::Result<Open> {
        let open = match self {
            Self::Start(checksums) => folder.create(checksums)?,
            Self::Open(open) => open,
        };
        open.write(chunks)
    }
}

impl ObjectStore {
    /// Writes a stream to a file in `incoming/` and hashes it on the way. More than `most` bytes are
    /// `EntityTooLarge`, and nothing stays.
    pub(super) async fn receive<S, E>(
        &self,
        checksums: ChecksumHasher,
        mut stream: S,
        most: u64,
    ) -> S3Result<Written>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
        E: Into<StdError>,
    {
        let mut progress = Progress::Start(checksums);
        let (mut gathered, mut bytes, mut total) = (Vec::new(), 0, 0_u64);
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|error| broken_stream(error.into()))?;
            total += chunk.len() as u64;
            if total > most {
                return Err(s3_error!(EntityTooLarge));
            }
            bytes += chunk.len();
            gathered.push(chunk);
            if bytes >= WRITE_BYTES {
                let chunks = std::mem::take(&mut gathered);
                bytes = 0;
                progress = self
                    .blocking(move |shared| {
                        progress.write(&shared.content, &chunks).map(Progress::Open).map_err(internal)
                    })
                    .await?;
            }
        }
        self.blocking(move |shared| {
            progress.write(&shared.content, &gathered).and_then(Open::finish).map_err(internal)
        })
        .await
    }
}

impl Open {
    fn write(mut self, chunks: &[Bytes]) -> io::Result<Self> {
        for chunk in chunks {
            self.file.write_all(chunk)?;
            self.md5.update(chunk);
            self.checksums.update(chunk);
            self.size += chunk.len() as u64;
        }
        Ok(self)
    }

    fn finish(self) -> io::Result<Written> {
        if self.sync {
            self.file.sync_data()?;
        }
        let mut md5 = [0; 16];
        md5.copy_from_slice(self.md5.finalize().as_ref());
        Ok(Written {
            unfinished: self.unfinished,
            size: self.size,
            md5,
            checksums: self.checksums.finalize(),
        })
    }
}

/// The client went away, sent less than it said, or the bytes do not match the signature.
fn broken_stream(error: StdError) -> s3s::S3Error {
    s3s::S3Error::with_source(s3s::S3ErrorCode::IncompleteBody, error)
}

/// Lower-case hexadecimal digits, as in an ETag.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
