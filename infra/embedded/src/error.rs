use std::net::SocketAddr;
use std::path::PathBuf;

/// Why the embedded stores could not be opened, swept or served.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// A folder of other things, open to others.
    #[error("{} holds other files and is open to others: name an empty folder or one of your own (mode 0700)", .path.display())]
    Foreign { path: PathBuf },
    /// Another process (or another handle of this one) has the data folder open.
    #[error("the data folder {} is in use by another process: stop it or choose another", .path.display())]
    Locked {
        /// The data folder, not the lock file inside it.
        path: PathBuf,
    },
    /// A folder or file under the data folder cannot be made, read or written.
    #[error("cannot use {}: {source}", .path.display())]
    Folder {
        /// What was touched.
        path: PathBuf,
        /// The operating system's answer.
        source: std::io::Error,
    },
    /// The DynamoDB file cannot be opened, or an operation on it failed.
    #[error("the embedded DynamoDB failed: {0}")]
    DynamoDb(#[from] dynoxide::DynoxideError),
    /// The index of the S3 store cannot be opened, or an operation on it failed.
    #[error("the index of the embedded S3 failed: {0}")]
    Index(#[from] rusqlite::Error),
    /// The S3 store refused an operation.
    #[error("the embedded S3 failed: {0}")]
    ObjectStore(#[from] s3s::S3Error),
    /// The gateway is for processes of this machine.
    #[error("{address} is not a loopback address: the embedded stores listen on nothing else")]
    NotLoopback {
        /// What was asked for.
        address: SocketAddr,
    },
    /// The gateway cannot listen.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where it should.
        address: SocketAddr,
        /// The operating system's answer.
        source: std::io::Error,
    },
    /// The S3 index was written by a newer version.
    #[error("the index of the embedded S3 has schema version {found}, this version knows up to {known}")]
    NewerSchema {
        /// Version found in the file.
        found: i64,
        /// Newest version this build can read.
        known: i64,
    },
}

impl EmbeddedError {
    pub(crate) fn folder(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Folder { path, source }
    }
}
