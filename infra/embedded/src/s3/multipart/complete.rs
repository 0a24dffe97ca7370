//! From parts to an object.

use std::collections::HashMap;

use rusqlite::Transaction;
use s3s::dto::{CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CompletedPart, ETag};
use s3s::{S3Result, s3_error};

use super::super::conditions::WriteConditions;
use super::super::content::ContentId;
use super::super::index::ObjectRow;
use super::super::write::{Destination, replace};
use super::super::{ObjectStore, internal};
use super::{LEAST_PART_BYTES, Part, combined_etag, parts_of, remove_upload, require_upload};
use crate::now_milliseconds;

impl ObjectStore {
    pub(in crate::s3) async fn complete_upload(
        &self,
        input: CompleteMultipartUploadInput,
    ) -> S3Result<CompleteMultipartUploadOutput> {
        self.require_bucket(&input.bucket)?;
        let chosen = input.multipart_upload.and_then(|upload| upload.parts).unwrap_or_default();
        let conditions = WriteConditions { if_match: input.if_match, if_none_match: input.if_none_match };
        let (bucket, key, id) = (input.bucket.clone(), input.key.clone(), input.upload_id);
        let object = self
            .blocking(move |shared| {
                shared.publish(&[], |transaction| {
                    let upload = require_upload(transaction, &bucket, &key, &id)?;
                    let to = Destination { bucket, key, headers: upload.headers, conditions };
                    assemble(transaction, &id, to, &chosen)
                })
            })
            .await?;
        Ok(CompleteMultipartUploadOutput {
            location: Some(format!("/{}/{}", input.bucket, input.key)),
            bucket: Some(input.bucket),
            key: Some(input.key),
            e_tag: Some(ETag::Strong(object.etag)),
            ..CompleteMultipartUploadOutput::default()
        })
    }
}

/// Writes the object's row and removes the upload. Answers the content of the replaced object and of parts
/// not chosen.
fn assemble(
    transaction: &Transaction<'_>,
    upload: &str,
    to: Destination,
    chosen: &[CompletedPart],
) -> S3Result<(ObjectRow, Vec<ContentId>)> {
    let parts = choose(parts_of(transaction, upload).map_err(internal)?, chosen)?;
    let object = ObjectRow {
        size: parts.iter().map(|part| part.size).sum(),
        etag: combined_etag(&parts)?,
        modified: now_milliseconds(),
        segments: parts.into_iter().flat_map(|part| part.segments).collect(),
        headers: to.headers.clone(),
    };
    let used = object.content();
    let mut freed = replace(transaction, &to, &object)?;
    let removed = remove_upload(transaction, upload).map_err(internal)?;
    freed.extend(removed.into_iter().filter(|id| !used.contains(id)));
    Ok((object, freed))
}

/// The parts named by the client, in its order.
///
/// # Errors
/// `InvalidPartOrder`, `InvalidPart` (none with this number and ETag), `EntityTooSmall` (a part but the last
/// is under 5 MiB).
fn choose(parts: Vec<Part>, chosen: &[CompletedPart]) -> S3Result<Vec<Part>> {
    if chosen.is_empty() {
        return Err(s3_error!(MalformedXML, "an upload needs at least one part"));
    }
    if !chosen.is_sorted_by(|earlier, later| earlier.part_number < later.part_number) {
        return Err(s3_error!(InvalidPartOrder));
    }
    let mut by_number: HashMap<i32, Part> = parts.into_iter().map(|part| (part.number, part)).collect();
    let mut found = Vec::with_capacity(chosen.len());
    for wanted in chosen {
        let part = wanted.part_number.and_then(|number| by_number.remove(&number));
        let same = |part: &Part| wanted.e_tag.as_ref().is_none_or(|etag| etag.value() == part.etag);
        found.push(part.filter(same).ok_or_else(|| s3_error!(InvalidPart))?);
    }
    let small = |part: &Part| part.size < LEAST_PART_BYTES;
    if found.iter().rev().skip(1).any(small) {
        return Err(s3_error!(EntityTooSmall));
    }
    Ok(found)
}
