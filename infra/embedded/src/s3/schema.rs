//! Tables of the index.

use rusqlite::Connection;

use crate::EmbeddedError;

/// Raise it with each change of the tables, and add the step that leads to it.
const VERSION: i64 = 1;

/// Keys are blobs: S3 orders them by their bytes. `content` is a list of files, see `index::Segments`. Times
/// are milliseconds since 1970. `loose` lists files that belong to no row: on their way in, or on their way
/// out.
const TABLES: &str = "
    CREATE TABLE buckets (name TEXT PRIMARY KEY, created INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE objects (
        bucket TEXT NOT NULL, key BLOB NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL,
        modified INTEGER NOT NULL, content TEXT NOT NULL, headers TEXT NOT NULL,
        PRIMARY KEY (bucket, key)
    ) WITHOUT ROWID;
    CREATE INDEX objects_by_age ON objects (bucket, modified);
    CREATE TABLE uploads (
        id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key BLOB NOT NULL,
        created INTEGER NOT NULL, headers TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX uploads_by_key ON uploads (bucket, key, id);
    CREATE INDEX uploads_by_age ON uploads (created);
    CREATE TABLE parts (
        upload TEXT NOT NULL, number INTEGER NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL,
        modified INTEGER NOT NULL, content TEXT NOT NULL,
        PRIMARY KEY (upload, number)
    ) WITHOUT ROWID;
    CREATE TABLE loose (content TEXT PRIMARY KEY) WITHOUT ROWID;
";

/// `synchronous = NORMAL` in WAL mode: commits survive the death of the process; a power cut may undo the
/// last ones.
const SETTINGS: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA cache_size = -4000;
    PRAGMA journal_size_limit = 16777216;
";

pub(super) fn prepare(connection: &mut Connection) -> Result<(), EmbeddedError> {
    connection.execute_batch(SETTINGS)?;
    connection.set_prepared_statement_cache_capacity(64);
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > VERSION {
        return Err(EmbeddedError::NewerSchema { found, known: VERSION });
    }
    if found == 0 {
        let transaction = connection.transaction()?;
        transaction.execute_batch(TABLES)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
        transaction.commit()?;
    }
    Ok(())
}
