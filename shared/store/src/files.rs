//! Results in S3, under `tmp/` until the bucket's lifecycle deletes them.

use std::time::Duration;

use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;

use crate::{Store, StoreError};

pub type ObjectBody = ByteStream;

/// An object, or a range of it.
#[derive(Debug)]
pub struct Object {
    pub body: ObjectBody,
    /// Bytes of this answer.
    pub length: u64,
    pub content_type: String,
    pub etag: Option<String>,
    /// `bytes a-b/total`, for a range.
    pub content_range: Option<String>,
}

/// What a read of an object can end in beside the object.
#[derive(Debug)]
pub enum Read {
    Found(Box<Object>),
    Missing,
    /// The range lies outside the object.
    NotSatisfiable,
}

#[derive(Debug)]
pub struct Results<'a>(pub(crate) &'a Store);

impl Results<'_> {
    pub async fn put(&self, key: &str, body: Bytes, content_type: &str) -> Result<(), StoreError> {
        let call =
            self.0.s3.put_object().bucket(&self.0.names.bucket_results).key(key).content_type(content_type);
        call.body(ByteStream::from(body)).send().await?;
        Ok(())
    }

    pub async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.0.s3.delete_object().bucket(&self.0.names.bucket_results).key(key).send().await?;
        Ok(())
    }

    /// `range`: of bytes, as in RFC 9110.
    pub async fn get(&self, key: &str, range: Option<&str>) -> Result<Read, StoreError> {
        let call = self.0.s3.get_object().bucket(&self.0.names.bucket_results).key(key);
        let answer = match call.set_range(range.map(str::to_owned)).send().await {
            Ok(answer) => answer,
            Err(error) if error.as_service_error().is_some_and(GetObjectError::is_no_such_key) => {
                return Ok(Read::Missing);
            }
            Err(error) if error.raw_response().is_some_and(|raw| raw.status().as_u16() == 416) => {
                return Ok(Read::NotSatisfiable);
            }
            Err(error) => return Err(error.into()),
        };
        Ok(Read::Found(Box::new(Object {
            length: answer.content_length.and_then(|length| u64::try_from(length).ok()).unwrap_or(0),
            content_type: answer.content_type.unwrap_or_else(|| "application/octet-stream".into()),
            etag: answer.e_tag,
            content_range: answer.content_range,
            body: answer.body,
        })))
    }

    /// Bytes of an object; `None` where it is gone.
    pub async fn size(&self, key: &str) -> Result<Option<u64>, StoreError> {
        match self.0.s3.head_object().bucket(&self.0.names.bucket_results).key(key).send().await {
            Ok(head) => {
                Ok(Some(head.content_length.and_then(|length| u64::try_from(length).ok()).unwrap_or(0)))
            }
            Err(error) if error.as_service_error().is_some_and(|error| error.is_not_found()) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// A signed address of an object, good for so many seconds.
    pub async fn link(&self, key: &str, seconds: i64) -> Result<String, StoreError> {
        let call = self.0.s3.get_object().bucket(&self.0.names.bucket_results).key(key);
        Ok(call.presigned(signed_for(seconds)?).await?.uri().to_owned())
    }
}

/// Of a signature that is good for so many seconds.
pub(crate) fn signed_for(seconds: i64) -> Result<PresigningConfig, StoreError> {
    let seconds = Duration::from_secs(seconds.unsigned_abs());
    PresigningConfig::expires_in(seconds).map_err(|error| StoreError::Failed(error.into()))
}
