//! Copies share the bytes of their source: content never changes, so a second name for the file is enough.

use std::io::ErrorKind;

use s3s::dto::{CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopySource, ETag, MetadataDirective};
use s3s::{S3Result, s3_error};

use super::conditions::{ReadConditions, WriteConditions, timestamp};
use super::content::Unfinished;
use super::index::{ObjectRow, Segment, StoredHeaders};
use super::read::find;
use super::write::{Destination, replace};
use super::{ObjectStore, Shared, internal};
use crate::now_milliseconds;

/// A source replaced between looking it up and linking its files is looked up again.
const ATTEMPTS: usize = 5;

impl ObjectStore {
    pub(super) async fn copy(&self, input: CopyObjectInput) -> S3Result<CopyObjectOutput> {
        let (source_bucket, source_key) = source(&input.copy_source)?;
        self.require_bucket(&source_bucket)?;
        self.require_bucket(&input.bucket)?;
        let replaces_headers = input
            .metadata_directive
            .as_ref()
            .is_some_and(|directive| directive.as_str() == MetadataDirective::REPLACE);
        if !replaces_headers && source_bucket == input.bucket && source_key == input.key {
            return Err(s3_error!(InvalidRequest, "a copy onto itself has to change the metadata"));
        }
        let conditions = ReadConditions {
            if_match: input.copy_source_if_match,
            if_none_match: input.copy_source_if_none_match,
            if_modified_since: input.copy_source_if_modified_since,
            if_unmodified_since: input.copy_source_if_unmodified_since,
        };
        let new_headers = replaces_headers.then(|| StoredHeaders {
            content_type: input.content_type,
            cache_control: input.cache_control,
            content_disposition: input.content_disposition,
            content_encoding: input.content_encoding,
            content_language: input.content_language,
            metadata: input.metadata.unwrap_or_default().into_iter().collect(),
        });
        let (bucket, key) = (input.bucket, input.key);
        let object = self
            .blocking(move |shared| {
                let (original, files) = duplicate(shared, &source_bucket, &source_key, &conditions)?;
                let headers = new_headers.unwrap_or(original.headers);
                let to = Destination { bucket, key, headers, conditions: WriteConditions::default() };
                let fresh: Vec<_> = files.into_iter().map(Unfinished::hand_over).collect();
                let sizes = original.segments.iter().map(|segment| segment.size);
                let object = ObjectRow {
                    size: original.size,
                    etag: original.etag,
                    modified: now_milliseconds(),
                    segments: fresh
                        .iter()
                        .cloned()
                        .zip(sizes)
                        .map(|(id, size)| Segment { id, size })
                        .collect(),
                    headers: to.headers.clone(),
                };
                shared.publish(&fresh, |transaction| {
                    let freed = replace(transaction, &to, &object)?;
                    Ok((object, freed))
                })
            })
            .await?;
        Ok(CopyObjectOutput {
            copy_object_result: Some(CopyObjectResult {
                e_tag: Some(ETag::Strong(object.etag)),
                last_modified: Some(timestamp(object.modified)),
                ..CopyObjectResult::default()
            }),
            ..CopyObjectOutput::default()
        })
    }
}

/// Bucket and key of a copy's source.
pub(super) fn source(source: &CopySource) -> S3Result<(String, String)> {
    match source {
        CopySource::Bucket { bucket, key, version_id: None } => Ok((bucket.to_string(), key.to_string())),
        _ => Err(s3_error!(NotImplemented, "only plain objects can be copied")),
    }
}

fn duplicate(
    shared: &Shared,
    bucket: &str,
    key: &str,
    conditions: &ReadConditions,
) -> S3Result<(ObjectRow, Vec<Unfinished>)> {
    let mut attempt = 1;
    loop {
        let object = find(shared, bucket, key)?;
        conditions.check_source(&object)?;
        let files: Result<Vec<_>, _> =
            object.segments.iter().map(|segment| shared.content.duplicate(&segment.id)).collect();
        match files {
            Ok(files) => return Ok((object, files)),
            Err(error) if error.kind() == ErrorKind::NotFound && attempt < ATTEMPTS => attempt += 1,
            Err(error) => return Err(internal(error)),
        }
    }
}
