//! Listings of parts and of unfinished uploads.

use rusqlite::{Connection, params};
use s3s::dto::{
    ETag, ListMultipartUploadsInput, ListMultipartUploadsOutput, ListPartsInput, ListPartsOutput,
    MultipartUpload, Part as ListedPart,
};
use s3s::{S3Result, s3_error};

use super::super::conditions::timestamp;
use super::super::index::signed;
use super::super::list::behind;
use super::super::{ObjectStore, internal};
use super::{parts_of, require_upload};

const MOST: i32 = 1000;

struct Unfinished {
    id: String,
    key: String,
    created: i64,
}

impl ObjectStore {
    pub(in crate::s3) async fn list_parts_of(&self, input: ListPartsInput) -> S3Result<ListPartsOutput> {
        self.require_bucket(&input.bucket)?;
        let (bucket, key, id) = (input.bucket.clone(), input.key.clone(), input.upload_id.clone());
        let mut parts = self
            .blocking(move |shared| {
                let read = shared.index.read(|index| match require_upload(index, &bucket, &key, &id) {
                    Ok(_) => parts_of(index, &id).map(Ok),
                    Err(error) => Ok(Err(error)),
                });
                read.map_err(internal)?
            })
            .await?;
        let most = input.max_parts.unwrap_or(MOST).clamp(1, MOST);
        let marker = input.part_number_marker.unwrap_or(0);
        parts.retain(|part| part.number > marker);
        let truncated = parts.len() > usize::try_from(most).unwrap_or_default();
        parts.truncate(usize::try_from(most).unwrap_or_default());
        let next = parts.last().map(|part| part.number).filter(|_| truncated);
        let listed = parts.into_iter().map(|part| ListedPart {
            part_number: Some(part.number),
            size: Some(signed(part.size)),
            e_tag: Some(ETag::Strong(part.etag)),
            last_modified: Some(timestamp(part.modified)),
            ..ListedPart::default()
        });
        Ok(ListPartsOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(input.upload_id),
            parts: Some(listed.collect()),
            max_parts: Some(most),
            part_number_marker: Some(marker),
            next_part_number_marker: next,
            is_truncated: Some(truncated),
            ..ListPartsOutput::default()
        })
    }

    pub(in crate::s3) async fn list_uploads(
        &self,
        input: ListMultipartUploadsInput,
    ) -> S3Result<ListMultipartUploadsOutput> {
        self.require_bucket(&input.bucket)?;
        if input.delimiter.is_some() {
            return Err(s3_error!(NotImplemented, "uploads are listed without delimiter"));
        }
        let most = input.max_uploads.unwrap_or(MOST).clamp(1, MOST);
        let query = input.clone();
        let mut uploads = self
            .blocking(move |shared| shared.index.read(|index| uploads(index, &query, most)).map_err(internal))
            .await?;
        let truncated = uploads.len() > usize::try_from(most).unwrap_or_default();
        uploads.truncate(usize::try_from(most).unwrap_or_default());
        let last = uploads.last().filter(|_| truncated).map(|upload| (upload.key.clone(), upload.id.clone()));
        let listed = uploads.into_iter().map(|upload| MultipartUpload {
            key: Some(upload.key),
            upload_id: Some(upload.id),
            initiated: Some(timestamp(upload.created)),
            ..MultipartUpload::default()
        });
        let (next_key, next_id) = last.unzip();
        Ok(ListMultipartUploadsOutput {
            bucket: Some(input.bucket),
            prefix: input.prefix,
            key_marker: input.key_marker,
            upload_id_marker: input.upload_id_marker,
            uploads: Some(listed.collect()),
            max_uploads: Some(most),
            next_key_marker: next_key,
            next_upload_id_marker: next_id,
            is_truncated: Some(truncated),
            ..ListMultipartUploadsOutput::default()
        })
    }
}

/// One more than asked for, which tells whether there are more.
fn uploads(
    index: &Connection,
    input: &ListMultipartUploadsInput,
    most: i32,
) -> rusqlite::Result<Vec<Unfinished>> {
    let prefix = input.prefix.clone().unwrap_or_default().into_bytes();
    let key = input.key_marker.clone().unwrap_or_default().into_bytes();
    // Without an upload's id, the marker's key itself is passed over: no id sorts after this one.
    let id = input.upload_id_marker.clone().unwrap_or_else(|| "~".to_owned());
    let mut statement = index.prepare_cached(
        "SELECT id, key, created FROM uploads
         WHERE bucket = ?1 AND key >= ?2 AND key < ?3 AND (key, id) > (?4, ?5) ORDER BY key, id LIMIT ?6",
    )?;
    let end = behind(&prefix);
    statement
        .query_map(params![input.bucket, prefix, end, key, id, most + 1], |row| {
            Ok(Unfinished {
                id: row.get(0)?,
                key: String::from_utf8_lossy(row.get_ref(1)?.as_blob()?).into_owned(),
                created: row.get(2)?,
            })
        })?
        .collect()
}
