//! What lifecycle rules do on AWS.

use rusqlite::{Connection, Row, params};
use s3s::S3Result;

use super::content::ContentId;
use super::list::behind;
use super::multipart::remove_upload;
use super::write::delete_rows;
use super::{S3, internal};

/// Objects deleted in one call, in one transaction.
const MOST_OBJECTS: i64 = 1000;
/// Uploads aborted in one call.
const MOST_UPLOADS: i64 = 100;

impl S3 {
    /// Deletes the oldest objects under a prefix, of those last modified before a time in seconds since 1970.
    pub(crate) async fn expire_objects(
        &self,
        bucket: &str,
        prefix: &str,
        older_than: i64,
    ) -> S3Result<usize> {
        let (bucket, prefix) = (bucket.to_owned(), prefix.as_bytes().to_vec());
        self.store
            .blocking(move |shared| {
                // Found and deleted in one transaction: an object written anew meanwhile stays.
                shared.publish(&[], |transaction| {
                    let keys = old_keys(transaction, &bucket, &prefix, older_than).map_err(internal)?;
                    let freed = delete_rows(transaction, &bucket, &keys)?;
                    Ok((keys.len(), freed))
                })
            })
            .await
    }

    /// Aborts uploads begun before a time in seconds since 1970.
    pub(crate) async fn abort_uploads(&self, older_than: i64) -> S3Result<usize> {
        self.store
            .blocking(move |shared| {
                shared.publish(&[], |transaction| {
                    let ids = old_uploads(transaction, older_than).map_err(internal)?;
                    let mut freed: Vec<ContentId> = Vec::new();
                    for id in &ids {
                        freed.extend(remove_upload(transaction, id).map_err(internal)?);
                    }
                    Ok((ids.len(), freed))
                })
            })
            .await
    }
}

fn old_keys(
    index: &Connection,
    bucket: &str,
    prefix: &[u8],
    older_than: i64,
) -> rusqlite::Result<Vec<String>> {
    let mut statement = index.prepare_cached(
        "SELECT key FROM objects WHERE bucket = ?1 AND modified < ?2 AND key >= ?3 AND key < ?4
         ORDER BY modified LIMIT ?5",
    )?;
    let bounds = params![bucket, older_than.saturating_mul(1000), prefix, behind(prefix), MOST_OBJECTS];
    let text = |row: &Row<'_>| row.get(0).map(|key: Vec<u8>| String::from_utf8_lossy(&key).into_owned());
    statement.query_map(bounds, text)?.collect()
}

fn old_uploads(index: &Connection, older_than: i64) -> rusqlite::Result<Vec<String>> {
    let mut statement =
        index.prepare_cached("SELECT id FROM uploads WHERE created < ?1 ORDER BY created LIMIT ?2")?;
    statement.query_map(params![older_than.saturating_mul(1000), MOST_UPLOADS], |row| row.get(0))?.collect()
}
