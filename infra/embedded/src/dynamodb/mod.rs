//! DynamoDB in process: requests of the JSON protocol become typed calls on a SQLite file.
//!
//! Two threads own a connection each: one executes everything that writes, in the order of arrival, the
//! other serves reads. SQLite has one writer anyway, and in WAL mode reads never wait for it. A read that
//! starts after a write was answered sees that write.
//!
//! Why threads of our own: `spawn_blocking` behind a lock took a quarter more CPU time a job in
//! `examples/throughput.rs`.

mod expiry;
mod operations;
mod tokens;
mod worker;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use dynoxide::DynoxideError;
use dynoxide::storage::Storage;

pub use expiry::Expired;
pub use tokens::UNTRACKED_TOKEN;

use expiry::Cursor;
use tokens::Tokens;
use worker::Worker;

/// Statements kept prepared a connection: SQL names the table, so each table and kind of access has its own.
const PREPARED_STATEMENTS: usize = 256;

/// The embedded DynamoDB.
pub(crate) struct DynamoDb {
    writer: Worker,
    reader: Worker,
    tokens: Arc<Mutex<Tokens>>,
    cursor: Mutex<Cursor>,
    file: PathBuf,
}

/// What a request is answered with: the HTTP status and a JSON body.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl DynamoDb {
    /// Opens or makes the database file.
    pub(crate) fn open(file: &Path) -> Result<Self, DynoxideError> {
        // The first connection runs migrations, so the second one is opened after it.
        let writer = connect(file)?;
        let reader = connect(file)?;
        Ok(Self {
            writer: Worker::start("dynamodb-write", writer)?,
            reader: Worker::start("dynamodb-read", reader)?,
            tokens: Arc::default(),
            cursor: Mutex::default(),
            file: file.to_owned(),
        })
    }

    /// Finishes the work in hand, closes both connections and leaves a file without a write-ahead log.
    /// Later requests answer an internal error.
    pub(crate) fn close(&self) {
        self.reader.stop();
        self.writer.stop();
    }
}

/// `synchronous = NORMAL` in WAL mode: a commit survives the death of the process at any moment; the file is
/// never torn, but the last moments before a power cut may be lost.
fn connect(file: &Path) -> Result<Storage, DynoxideError> {
    let path = file
        .to_str()
        .ok_or_else(|| DynoxideError::InternalServerError(format!("{} is not UTF-8", file.display())))?;
    let storage = Storage::new(path)?;
    storage.conn().execute_batch(
        "PRAGMA synchronous = NORMAL;
         PRAGMA cache_size = -8000;
         PRAGMA temp_store = MEMORY;
         PRAGMA journal_size_limit = 33554432;",
    )?;
    storage.conn().set_prepared_statement_cache_capacity(PREPARED_STATEMENTS);
    Ok(storage)
}
