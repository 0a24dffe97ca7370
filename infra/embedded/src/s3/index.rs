//! The index: which buckets, objects and uploads there are, and which files hold their content.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use s3s::S3Result;
use serde::{Deserialize, Serialize};

use super::content::ContentId;
use super::{internal, schema};
use crate::EmbeddedError;

/// Headers a client gave at upload and gets back at download.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StoredHeaders {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) content_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cache_control: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) content_disposition: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) content_encoding: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) content_language: Option<String>,
    /// `x-amz-meta-*`, names without the prefix.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) metadata: BTreeMap<String, String>,
}

/// A file that holds a run of an object's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) id: ContentId,
    pub(super) size: u64,
}

#[derive(Debug, Clone)]
pub(super) struct ObjectRow {
    pub(super) size: u64,
    /// Without quotes.
    pub(super) etag: String,
    /// Milliseconds since 1970.
    pub(super) modified: i64,
    pub(super) segments: Vec<Segment>,
    pub(super) headers: StoredHeaders,
}

pub(super) struct Index {
    /// `None` once closed.
    connection: Mutex<Option<Connection>>,
}

impl Index {
    pub(super) fn open(file: &Path) -> Result<Self, EmbeddedError> {
        let mut connection = Connection::open(file)?;
        schema::prepare(&mut connection)?;
        Ok(Self { connection: Mutex::new(Some(connection)) })
    }

    /// Closing the only connection moves the write-ahead log into the file.
    pub(super) fn close(&self) {
        drop(self.lock().take());
    }

    fn lock(&self) -> MutexGuard<'_, Option<Connection>> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads with the connection.
    pub(super) fn read<T>(
        &self,
        job: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        match self.lock().as_ref() {
            Some(connection) => job(connection),
            None => Err(rusqlite::Error::InvalidPath("the index is closed".into())),
        }
    }

    /// Writes in a transaction, which is undone when the job fails.
    pub(super) fn transaction<T>(&self, job: impl FnOnce(&Transaction<'_>) -> S3Result<T>) -> S3Result<T> {
        let mut guard = self.lock();
        let connection = guard.as_mut().ok_or_else(|| internal("the index is closed"))?;
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(internal)?;
        let value = job(&transaction)?;
        transaction.commit().map_err(internal)?;
        Ok(value)
    }

    pub(super) fn object(&self, bucket: &str, key: &str) -> rusqlite::Result<Option<ObjectRow>> {
        self.read(|connection| object(connection, bucket, key))
    }

    pub(super) fn bucket_names(&self) -> rusqlite::Result<BTreeSet<String>> {
        self.read(|connection| {
            connection.prepare_cached("SELECT name FROM buckets")?.query_map([], |row| row.get(0))?.collect()
        })
    }

    /// Files that belong to no row.
    pub(super) fn loose(&self) -> rusqlite::Result<Vec<ContentId>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT content FROM loose")?;
            statement.query_map([], |row| row.get::<_, String>(0).map(ContentId))?.collect()
        })
    }

    pub(super) fn add_loose(&self, ids: &[ContentId]) -> rusqlite::Result<()> {
        self.batch(|transaction| insert_loose(transaction, ids))
    }

    pub(super) fn forget_loose(&self, ids: &[ContentId]) -> rusqlite::Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        self.batch(|transaction| remove_loose(transaction, ids))
    }

    fn batch(&self, job: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<()>) -> rusqlite::Result<()> {
        self.read(|connection| {
            let transaction = connection.unchecked_transaction()?;
            job(&transaction)?;
            transaction.commit()
        })
    }
}

pub(super) fn insert_loose(connection: &Connection, ids: &[ContentId]) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached("INSERT OR IGNORE INTO loose (content) VALUES (?1)")?;
    ids.iter().try_for_each(|id| statement.execute([&id.0]).map(drop))
}

pub(super) fn remove_loose(connection: &Connection, ids: &[ContentId]) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached("DELETE FROM loose WHERE content = ?1")?;
    ids.iter().try_for_each(|id| statement.execute([&id.0]).map(drop))
}

pub(super) fn object(
    connection: &Connection,
    bucket: &str,
    key: &str,
) -> rusqlite::Result<Option<ObjectRow>> {
    connection
        .prepare_cached(
            "SELECT size, etag, modified, content, headers FROM objects WHERE bucket = ?1 AND key = ?2",
        )?
        .query_row(params![bucket, key.as_bytes()], object_from_row)
        .optional()
}

fn object_from_row(row: &Row<'_>) -> rusqlite::Result<ObjectRow> {
    Ok(ObjectRow {
        size: unsigned(row.get(0)?),
        etag: row.get(1)?,
        modified: row.get(2)?,
        segments: decode_segments(row.get_ref(3)?.as_str()?),
        headers: serde_json::from_str(row.get_ref(4)?.as_str()?).unwrap_or_default(),
    })
}

/// Writes an object's row and answers the files of the object it replaces.
pub(super) fn put_object(
    connection: &Connection,
    bucket: &str,
    key: &str,
    row: &ObjectRow,
    replaced: Option<&ObjectRow>,
) -> S3Result<Vec<ContentId>> {
    let headers = serde_json::to_string(&row.headers).map_err(internal)?;
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO objects (bucket, key, size, etag, modified, content, headers)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )
        .and_then(|mut statement| {
            statement.execute(params![
                bucket,
                key.as_bytes(),
                signed(row.size),
                row.etag,
                row.modified,
                encode_segments(&row.segments),
                headers
            ])
        })
        .map_err(internal)?;
    Ok(replaced.map(ObjectRow::content).unwrap_or_default())
}

/// Deletes an object's row.
pub(super) fn delete_object(connection: &Connection, bucket: &str, key: &str) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached("DELETE FROM objects WHERE bucket = ?1 AND key = ?2")?;
    statement.execute(params![bucket, key.as_bytes()]).map(drop)
}

impl ObjectRow {
    /// The files the object consists of.
    pub(super) fn content(&self) -> Vec<ContentId> {
        self.segments.iter().map(|segment| segment.id.clone()).collect()
    }
}

/// `name:size,name:size`.
pub(super) fn encode_segments(segments: &[Segment]) -> String {
    segments.iter().map(|segment| format!("{}:{}", segment.id.0, segment.size)).collect::<Vec<_>>().join(",")
}

pub(super) fn decode_segments(text: &str) -> Vec<Segment> {
    text.split(',')
        .filter_map(|segment| {
            let (id, size) = segment.split_once(':')?;
            Some(Segment { id: ContentId(id.to_owned()), size: size.parse().ok()? })
        })
        .collect()
}

/// SQLite's integers are signed; sizes stay far below the difference.
pub(super) fn signed(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

pub(super) fn unsigned(size: i64) -> u64 {
    u64::try_from(size).unwrap_or_default()
}
