//! Multipart uploads. A finished object is the list of its parts' files: nothing is copied together.

mod complete;
mod listing;

use rusqlite::{Connection, OptionalExtension, params};
use s3s::crypto::{Checksum as _, Md5};
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, Checksum, CopyPartResult,
    CreateMultipartUploadInput, CreateMultipartUploadOutput, ETag, Range, UploadPartCopyInput,
    UploadPartCopyOutput, UploadPartInput, UploadPartOutput,
};
use s3s::{S3Request, S3Result, s3_error};

use super::checksums::Expected;
use super::conditions::{ReadConditions, timestamp};
use super::content::{ContentId, Written, hexadecimal};
use super::copy::source;
use super::index::{Segment, StoredHeaders, decode_segments, encode_segments, signed, unsigned};
use super::read::open;
use super::write::MOST_PUT_BYTES;
use super::{ObjectStore, internal};
use crate::now_milliseconds;

/// The smallest part but for the last one, as on AWS: 5 MiB.
const LEAST_PART_BYTES: u64 = 5 << 20;
/// Part numbers are 1 to this.
const MOST_PARTS: i32 = 10_000;

struct Upload {
    bucket: String,
    key: String,
    headers: StoredHeaders,
}

struct Part {
    number: i32,
    size: u64,
    etag: String,
    modified: i64,
    segments: Vec<Segment>,
}

impl ObjectStore {
    pub(super) async fn create_upload(
        &self,
        input: CreateMultipartUploadInput,
    ) -> S3Result<CreateMultipartUploadOutput> {
        self.require_bucket(&input.bucket)?;
        let id = ContentId::random().0;
        let headers = StoredHeaders {
            content_type: input.content_type,
            cache_control: input.cache_control,
            content_disposition: input.content_disposition,
            content_encoding: input.content_encoding,
            content_language: input.content_language,
            metadata: input.metadata.unwrap_or_default().into_iter().collect(),
        };
        let output = CreateMultipartUploadOutput {
            bucket: Some(input.bucket.clone()),
            key: Some(input.key.clone()),
            upload_id: Some(id.clone()),
            ..CreateMultipartUploadOutput::default()
        };
        let (bucket, key) = (input.bucket, input.key);
        self.blocking(move |shared| {
            let headers = serde_json::to_string(&headers).map_err(internal)?;
            shared.index.transaction(|transaction| {
                transaction
                    .execute(
                        "INSERT INTO uploads (id, bucket, key, created, headers) VALUES (?1, ?2, ?3, ?4, ?5)",
                        params![id, bucket, key.as_bytes(), now_milliseconds(), headers],
                    )
                    .map_err(internal)
            })
        })
        .await?;
        Ok(output)
    }

    pub(super) async fn upload_part(
        &self,
        request: S3Request<UploadPartInput>,
    ) -> S3Result<UploadPartOutput> {
        let S3Request { mut input, headers, trailing_headers, .. } = request;
        self.require_bucket(&input.bucket)?;
        let expected = Expected {
            in_headers: Checksum {
                checksum_crc32: input.checksum_crc32.take(),
                checksum_crc32c: input.checksum_crc32c.take(),
                checksum_crc64nvme: input.checksum_crc64nvme.take(),
                checksum_sha1: input.checksum_sha1.take(),
                checksum_sha256: input.checksum_sha256.take(),
                ..Checksum::default()
            },
            md5: input.content_md5.take(),
            trailers: trailing_headers,
        };
        let written = self.receive_verified(input.body.take(), &headers, &expected).await?;
        let checksums = written.checksums.clone();
        let part =
            self.store_part(input.bucket, input.key, input.upload_id, input.part_number, written).await?;
        Ok(UploadPartOutput {
            e_tag: Some(ETag::Strong(part.etag)),
            checksum_crc32: checksums.checksum_crc32,
            checksum_crc32c: checksums.checksum_crc32c,
            checksum_crc64nvme: checksums.checksum_crc64nvme,
            checksum_sha1: checksums.checksum_sha1,
            checksum_sha256: checksums.checksum_sha256,
            ..UploadPartOutput::default()
        })
    }

    pub(super) async fn upload_part_copy(
        &self,
        input: UploadPartCopyInput,
    ) -> S3Result<UploadPartCopyOutput> {
        let (from_bucket, from_key) = source(&input.copy_source)?;
        self.require_bucket(&from_bucket)?;
        self.require_bucket(&input.bucket)?;
        let range = match input.copy_source_range.as_deref() {
            Some(range) => {
                Some(Range::parse(range).map_err(|_| s3_error!(InvalidArgument, "malformed range"))?)
            }
            None => None,
        };
        let conditions = ReadConditions {
            if_match: input.copy_source_if_match,
            if_none_match: input.copy_source_if_none_match,
            if_modified_since: input.copy_source_if_modified_since,
            if_unmodified_since: input.copy_source_if_unmodified_since,
        };
        let (_, _, body) =
            self.blocking(move |shared| open(shared, &from_bucket, &from_key, &conditions, range)).await?;
        let written = self.receive(Default::default(), body, MOST_PUT_BYTES).await?;
        let part =
            self.store_part(input.bucket, input.key, input.upload_id, input.part_number, written).await?;
        Ok(UploadPartCopyOutput {
            copy_part_result: Some(CopyPartResult {
                e_tag: Some(ETag::Strong(part.etag)),
                last_modified: Some(timestamp(part.modified)),
                ..CopyPartResult::default()
            }),
            ..UploadPartCopyOutput::default()
        })
    }

    async fn store_part(
        &self,
        bucket: String,
        key: String,
        upload: String,
        number: i32,
        written: Written,
    ) -> S3Result<Part> {
        if !(1..=MOST_PARTS).contains(&number) {
            return Err(s3_error!(InvalidArgument, "part numbers are 1 to 10000"));
        }
        self.blocking(move |shared| {
            let id = written.unfinished.hand_over();
            let part = Part {
                number,
                size: written.size,
                etag: hexadecimal(&written.md5),
                modified: now_milliseconds(),
                segments: vec![Segment { id: id.clone(), size: written.size }],
            };
            shared.publish(&[id], |transaction| {
                require_upload(transaction, &bucket, &key, &upload)?;
                let replaced = part_of(transaction, &upload, number).map_err(internal)?;
                insert_part(transaction, &upload, &part).map_err(internal)?;
                Ok((part, replaced.map(|part| part.content()).unwrap_or_default()))
            })
        })
        .await
    }

    pub(super) async fn abort_upload(
        &self,
        input: AbortMultipartUploadInput,
    ) -> S3Result<AbortMultipartUploadOutput> {
        self.require_bucket(&input.bucket)?;
        let AbortMultipartUploadInput { bucket, key, upload_id, .. } = input;
        self.blocking(move |shared| {
            shared.publish(&[], |transaction| {
                require_upload(transaction, &bucket, &key, &upload_id)?;
                Ok(((), remove_upload(transaction, &upload_id).map_err(internal)?))
            })
        })
        .await?;
        Ok(AbortMultipartUploadOutput::default())
    }
}

/// # Errors
/// `NoSuchUpload`, also for an upload to another key.
fn require_upload(index: &Connection, bucket: &str, key: &str, id: &str) -> S3Result<Upload> {
    index
        .prepare_cached("SELECT bucket, key, headers FROM uploads WHERE id = ?1")
        .and_then(|mut statement| {
            let upload = |row: &rusqlite::Row<'_>| {
                Ok(Upload {
                    bucket: row.get(0)?,
                    key: String::from_utf8_lossy(row.get_ref(1)?.as_blob()?).into_owned(),
                    headers: serde_json::from_str(row.get_ref(2)?.as_str()?).unwrap_or_default(),
                })
            };
            statement.query_row([id], upload).optional()
        })
        .map_err(internal)?
        .filter(|upload| upload.bucket == bucket && upload.key == key)
        .ok_or_else(|| s3_error!(NoSuchUpload))
}

/// Deletes an upload with its parts and answers their files.
pub(super) fn remove_upload(index: &Connection, id: &str) -> rusqlite::Result<Vec<ContentId>> {
    let freed = parts_of(index, id)?.iter().flat_map(Part::content).collect();
    index.prepare_cached("DELETE FROM parts WHERE upload = ?1")?.execute([id])?;
    index.prepare_cached("DELETE FROM uploads WHERE id = ?1")?.execute([id])?;
    Ok(freed)
}

fn insert_part(index: &Connection, upload: &str, part: &Part) -> rusqlite::Result<()> {
    let mut statement = index.prepare_cached(
        "INSERT OR REPLACE INTO parts (upload, number, size, etag, modified, content)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    let content = encode_segments(&part.segments);
    statement
        .execute(params![upload, part.number, signed(part.size), part.etag, part.modified, content])
        .map(drop)
}

fn part_of(index: &Connection, upload: &str, number: i32) -> rusqlite::Result<Option<Part>> {
    index
        .prepare_cached(
            "SELECT number, size, etag, modified, content FROM parts WHERE upload = ?1 AND number = ?2",
        )?
        .query_row(params![upload, number], part_from_row)
        .optional()
}

/// All parts, by number.
fn parts_of(index: &Connection, upload: &str) -> rusqlite::Result<Vec<Part>> {
    index
        .prepare_cached(
            "SELECT number, size, etag, modified, content FROM parts WHERE upload = ?1 ORDER BY number",
        )?
        .query_map([upload], part_from_row)?
        .collect()
}

fn part_from_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Part> {
    Ok(Part {
        number: row.get(0)?,
        size: unsigned(row.get(1)?),
        etag: row.get(2)?,
        modified: row.get(3)?,
        segments: decode_segments(row.get_ref(4)?.as_str()?),
    })
}

impl Part {
    fn content(&self) -> Vec<ContentId> {
        self.segments.iter().map(|segment| segment.id.clone()).collect()
    }
}

/// The ETag of an object of parts: the MD5 of the parts' MD5s, and how many.
fn combined_etag(parts: &[Part]) -> S3Result<String> {
    let mut md5 = Md5::new();
    for part in parts {
        let digits = part.etag.as_bytes().chunks(2);
        let digest: Option<Vec<u8>> =
            digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect();
        md5.update(&digest.ok_or_else(|| internal("a part's ETag is not an MD5"))?);
    }
    Ok(format!("{}-{}", hexadecimal(md5.finalize().as_ref()), parts.len()))
}
