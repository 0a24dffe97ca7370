//! Files in S3 that come or go in parts: uploads, the parts of results of batch jobs, and what is joined of them.

mod join;

use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::complete_multipart_upload::CompleteMultipartUploadError;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};

use crate::{Store, StoreError};

/// Why parts could not be put together.
pub type PartsError = SdkError<CompleteMultipartUploadError>;

#[derive(Debug)]
pub struct BatchFiles<'a>(pub(crate) &'a Store);

/// An object of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub key: String,
    pub bytes: u64,
}

/// Why a pinned object could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missed {
    Gone,
    /// It has another ETag than the pinned one.
    Replaced,
}

impl BatchFiles<'_> {
    fn bucket(&self) -> &str {
        &self.0.names.bucket_results
    }

    /// Size in bytes and ETag; `None` where there is no such object.
    pub async fn head(&self, key: &str) -> Result<Option<(u64, String)>, StoreError> {
        match self.0.s3.head_object().bucket(self.bucket()).key(key).send().await {
            Ok(head) => {
                let bytes = head.content_length.and_then(|length| u64::try_from(length).ok()).unwrap_or(0);
                Ok(Some((bytes, head.e_tag.unwrap_or_default())))
            }
            Err(error) if error.as_service_error().is_some_and(|error| error.is_not_found()) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Bytes `from..to` of the object that has this ETag.
    pub async fn read(
        &self,
        key: &str,
        etag: &str,
        (from, to): (u64, u64),
    ) -> Result<Result<Bytes, Missed>, StoreError> {
        let range = format!("bytes={from}-{}", to.saturating_sub(1));
        let call = self.0.s3.get_object().bucket(self.bucket()).key(key).if_match(etag).range(range);
        let answer = match call.send().await {
            Ok(answer) => answer,
            Err(error) if error.as_service_error().is_some_and(GetObjectError::is_no_such_key) => {
                return Ok(Err(Missed::Gone));
            }
            Err(error) if error.raw_response().is_some_and(|raw| raw.status().as_u16() == 412) => {
                return Ok(Err(Missed::Replaced));
            }
            Err(error) => return Err(error.into()),
        };
        let body = answer.body.collect().await.map_err(|error| StoreError::Unavailable(error.into()))?;
        Ok(Ok(body.into_bytes()))
    }

    /// All bytes of an object.
    pub async fn get(&self, key: &str) -> Result<Bytes, StoreError> {
        let answer = self.0.s3.get_object().bucket(self.bucket()).key(key).send().await?;
        let body = answer.body.collect().await.map_err(|error| StoreError::Unavailable(error.into()))?;
        Ok(body.into_bytes())
    }

    pub async fn put(&self, key: &str, body: Bytes) -> Result<(), StoreError> {
        let call = self.0.s3.put_object().bucket(self.bucket()).key(key).content_type(NDJSON);
        call.body(ByteStream::from(body)).send().await?;
        Ok(())
    }

    /// All objects whose keys begin so, in the order of their keys.
    pub async fn list(&self, prefix: &str) -> Result<Vec<Listed>, StoreError> {
        let call = self.0.s3.list_objects_v2().bucket(self.bucket()).prefix(prefix);
        let mut pages = call.into_paginator().send();
        let mut all = Vec::new();
        while let Some(page) = pages.next().await {
            all.extend(page?.contents.unwrap_or_default().into_iter().filter_map(|object| {
                let bytes = u64::try_from(object.size.unwrap_or(0)).unwrap_or(0);
                Some(Listed { key: object.key?, bytes })
            }));
        }
        Ok(all)
    }

    pub async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.0.s3.delete_object().bucket(self.bucket()).key(key).send().await?;
        Ok(())
    }

    /// Deletes all objects whose keys begin so.
    pub async fn delete_all(&self, prefix: &str) -> Result<(), StoreError> {
        let deletes =
            self.list(prefix).await?.into_iter().map(|object| async move { self.delete(&object.key).await });
        let deletes: Vec<_> = deletes.collect();
        stream::iter(deletes).buffer_unordered(DELETES_AT_ONCE).try_collect().await
    }

    /// The address of the bucket, to which forms go.
    pub(crate) async fn address(&self, key: &str) -> Result<String, StoreError> {
        let link = self.0.results().link(key, 60).await?;
        let path = link.split('?').next().unwrap_or_default();
        Ok(path.strip_suffix(key).unwrap_or(path).trim_end_matches('/').to_owned())
    }

    /// Begins an object in parts; the answer is S3's name of it.
    pub async fn begin_parts(&self, key: &str, content_type: Option<&str>) -> Result<String, StoreError> {
        let call = self.0.s3.create_multipart_upload().bucket(self.bucket()).key(key);
        let begun = call.set_content_type(content_type.map(str::to_owned)).send().await?;
        begun.upload_id.ok_or_else(|| StoreError::malformed("a multipart upload without an id"))
    }

    /// Adds a part whose bytes are here. Numbers go from 1 to 10,000.
    pub async fn add_bytes(
        &self,
        key: &str,
        upload: &str,
        number: i32,
        body: Bytes,
    ) -> Result<CompletedPart, StoreError> {
        let call = self.0.s3.upload_part().bucket(self.bucket()).key(key).upload_id(upload);
        let etag = call.part_number(number).body(ByteStream::from(body)).send().await?.e_tag;
        Ok(CompletedPart::builder().part_number(number).set_e_tag(etag).build())
    }

    /// Adds a part that the store copies from an object of 5 MiB or more.
    pub async fn add_copy(
        &self,
        key: &str,
        upload: &str,
        number: i32,
        source: &str,
    ) -> Result<CompletedPart, StoreError> {
        let source = format!("{}/{source}", self.bucket());
        let call = self.0.s3.upload_part_copy().bucket(self.bucket()).key(key).upload_id(upload);
        let answer = call.part_number(number).copy_source(source).send().await?;
        let etag = answer.copy_part_result.and_then(|result| result.e_tag);
        Ok(CompletedPart::builder().part_number(number).set_e_tag(etag).build())
    }

    /// Puts parts together.
    pub async fn end_parts(
        &self,
        key: &str,
        upload: &str,
        parts: Vec<CompletedPart>,
    ) -> Result<(), PartsError> {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let call = self.0.s3.complete_multipart_upload().bucket(self.bucket()).key(key).upload_id(upload);
        call.multipart_upload(parts).send().await.map(drop)
    }

    /// Forgets an object in parts that is not to be.
    pub async fn abort_parts(&self, key: &str, upload: &str) -> Result<(), StoreError> {
        let call = self.0.s3.abort_multipart_upload().bucket(self.bucket()).key(key).upload_id(upload);
        match call.send().await {
            Ok(_) => Ok(()),
            Err(error) if error.as_service_error().is_some_and(|error| error.is_no_such_upload()) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

const DELETES_AT_ONCE: usize = 16;
/// Media type of lines of JSON.
pub const NDJSON: &str = "application/x-ndjson";
