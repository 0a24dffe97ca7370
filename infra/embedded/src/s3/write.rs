//! Objects come and go: put, delete.

use http::HeaderMap;
use rusqlite::Connection;
use s3s::dto::{
    Checksum, DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject,
    ETag, PutObjectInput, PutObjectOutput,
};
use s3s::{S3Request, S3Result, s3_error};

use super::checksums::Expected;
use super::conditions::WriteConditions;
use super::content::{ContentId, Written, hexadecimal};
use super::index::{self, ObjectRow, Segment, StoredHeaders};
use super::{ObjectStore, internal};
use crate::now_milliseconds;

/// The most a single PUT or part may hold, as on AWS: 5 GiB.
pub(super) const MOST_PUT_BYTES: u64 = 5 << 30;
/// The longest key, in bytes of UTF-8.
pub(super) const MOST_KEY_BYTES: usize = 1024;

/// Where an object goes, and with what.
pub(super) struct Destination {
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) headers: StoredHeaders,
    pub(super) conditions: WriteConditions,
}

impl ObjectStore {
    pub(super) async fn put(&self, request: S3Request<PutObjectInput>) -> S3Result<PutObjectOutput> {
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
        let object = self.store_written(destination(input), written).await?;
        Ok(PutObjectOutput {
            e_tag: Some(ETag::Strong(object.etag)),
            checksum_crc32: checksums.checksum_crc32,
            checksum_crc32c: checksums.checksum_crc32c,
            checksum_crc64nvme: checksums.checksum_crc64nvme,
            checksum_sha1: checksums.checksum_sha1,
            checksum_sha256: checksums.checksum_sha256,
            ..PutObjectOutput::default()
        })
    }

    /// Receives a body and checks what the client said about it.
    pub(super) async fn receive_verified(
        &self,
        body: Option<s3s::dto::StreamingBlob>,
        headers: &HeaderMap,
        expected: &Expected,
    ) -> S3Result<Written> {
        let body = body.unwrap_or_else(|| s3s::Body::empty().into());
        let written = self.receive(expected.hasher(headers), body, MOST_PUT_BYTES).await?;
        expected.verify(&written.checksums, &written.md5)?;
        Ok(written)
    }

    /// Makes received content an object.
    pub(super) async fn store_written(&self, to: Destination, written: Written) -> S3Result<ObjectRow> {
        if to.key.is_empty() || to.key.len() > MOST_KEY_BYTES {
            return Err(s3_error!(KeyTooLongError));
        }
        self.blocking(move |shared| {
            let id = written.unfinished.hand_over();
            let object = ObjectRow {
                size: written.size,
                etag: hexadecimal(&written.md5),
                modified: now_milliseconds(),
                segments: vec![Segment { id: id.clone(), size: written.size }],
                headers: to.headers.clone(),
            };
            shared.publish(&[id], |transaction| {
                let freed = replace(transaction, &to, &object)?;
                Ok((object, freed))
            })
        })
        .await
    }

    pub(super) async fn delete(&self, input: DeleteObjectInput) -> S3Result<DeleteObjectOutput> {
        self.require_bucket(&input.bucket)?;
        let conditions = WriteConditions { if_match: input.if_match, if_none_match: None };
        let (bucket, key) = (input.bucket, input.key);
        self.blocking(move |shared| {
            shared.publish(&[], |transaction| {
                let existing = index::object(transaction, &bucket, &key).map_err(internal)?;
                conditions.check(existing.as_ref())?;
                index::delete_object(transaction, &bucket, &key).map_err(internal)?;
                Ok(((), existing.map(|object| object.content()).unwrap_or_default()))
            })
        })
        .await?;
        Ok(DeleteObjectOutput::default())
    }

    pub(super) async fn delete_many(&self, input: DeleteObjectsInput) -> S3Result<DeleteObjectsOutput> {
        self.require_bucket(&input.bucket)?;
        let (bucket, quiet) = (input.bucket, input.delete.quiet.unwrap_or(false));
        let keys: Vec<String> = input.delete.objects.into_iter().map(|object| object.key).collect();
        if keys.len() > 1000 {
            return Err(s3_error!(MalformedXML));
        }
        let keys = self
            .blocking(move |shared| {
                shared.publish(&[], |transaction| {
                    let freed = delete_rows(transaction, &bucket, &keys)?;
                    Ok((keys, freed))
                })
            })
            .await?;
        let deleted =
            keys.into_iter().map(|key| DeletedObject { key: Some(key), ..DeletedObject::default() });
        Ok(DeleteObjectsOutput {
            deleted: (!quiet).then(|| deleted.collect()),
            ..DeleteObjectsOutput::default()
        })
    }
}

/// Deletes rows and answers the content that nobody owns then.
pub(super) fn delete_rows(
    connection: &Connection,
    bucket: &str,
    keys: &[String],
) -> S3Result<Vec<ContentId>> {
    let mut freed = Vec::new();
    for key in keys {
        if let Some(object) = index::object(connection, bucket, key).map_err(internal)? {
            index::delete_object(connection, bucket, key).map_err(internal)?;
            freed.extend(object.content());
        }
    }
    Ok(freed)
}

/// Checks the conditions and writes the row, in the transaction of the caller. Answers the content of the
/// object that was there.
pub(super) fn replace(
    connection: &Connection,
    to: &Destination,
    object: &ObjectRow,
) -> S3Result<Vec<ContentId>> {
    let existing = index::object(connection, &to.bucket, &to.key).map_err(internal)?;
    to.conditions.check(existing.as_ref())?;
    index::put_object(connection, &to.bucket, &to.key, object, existing.as_ref())
}

fn destination(input: PutObjectInput) -> Destination {
    Destination {
        headers: StoredHeaders {
            content_type: input.content_type,
            cache_control: input.cache_control,
            content_disposition: input.content_disposition,
            content_encoding: input.content_encoding,
            content_language: input.content_language,
            metadata: input.metadata.unwrap_or_default().into_iter().collect(),
        },
        conditions: WriteConditions { if_match: input.if_match, if_none_match: input.if_none_match },
        bucket: input.bucket,
        key: input.key,
    }
}
