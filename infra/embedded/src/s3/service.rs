//! The operations `s3s` decodes, each passed on to its place.

use rusqlite::params;
use s3s::dto::*;
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};
use std::sync::PoisonError;

use super::conditions::timestamp;
use super::{ObjectStore, internal};
use crate::clients::REGION;
use crate::now_milliseconds;

type Answer<T> = S3Result<S3Response<T>>;

#[async_trait::async_trait]
impl S3 for ObjectStore {
    async fn create_bucket(&self, request: S3Request<CreateBucketInput>) -> Answer<CreateBucketOutput> {
        self.make_bucket(request.input).await.map(S3Response::new)
    }

    async fn head_bucket(&self, request: S3Request<HeadBucketInput>) -> Answer<HeadBucketOutput> {
        self.require_bucket(&request.input.bucket)?;
        let output =
            HeadBucketOutput { bucket_region: Some(REGION.to_owned()), ..HeadBucketOutput::default() };
        Ok(S3Response::new(output))
    }

    async fn delete_bucket(&self, request: S3Request<DeleteBucketInput>) -> Answer<DeleteBucketOutput> {
        self.remove_bucket(request.input).await.map(S3Response::new)
    }

    async fn list_buckets(&self, _: S3Request<ListBucketsInput>) -> Answer<ListBucketsOutput> {
        self.all_buckets().await.map(S3Response::new)
    }

    async fn put_object(&self, request: S3Request<PutObjectInput>) -> Answer<PutObjectOutput> {
        self.put(request).await.map(S3Response::new)
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> Answer<GetObjectOutput> {
        self.get(request.input).await.map(S3Response::new)
    }

    async fn head_object(&self, request: S3Request<HeadObjectInput>) -> Answer<HeadObjectOutput> {
        self.head(request.input).await.map(S3Response::new)
    }

    async fn delete_object(&self, request: S3Request<DeleteObjectInput>) -> Answer<DeleteObjectOutput> {
        self.delete(request.input).await.map(S3Response::new)
    }

    async fn delete_objects(&self, request: S3Request<DeleteObjectsInput>) -> Answer<DeleteObjectsOutput> {
        self.delete_many(request.input).await.map(S3Response::new)
    }

    async fn copy_object(&self, request: S3Request<CopyObjectInput>) -> Answer<CopyObjectOutput> {
        self.copy(request.input).await.map(S3Response::new)
    }

    async fn list_objects_v2(&self, request: S3Request<ListObjectsV2Input>) -> Answer<ListObjectsV2Output> {
        self.list(request.input).await.map(S3Response::new)
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> Answer<CreateMultipartUploadOutput> {
        self.create_upload(request.input).await.map(S3Response::new)
    }

    async fn upload_part(&self, request: S3Request<UploadPartInput>) -> Answer<UploadPartOutput> {
        ObjectStore::upload_part(self, request).await.map(S3Response::new)
    }

    async fn upload_part_copy(
        &self,
        request: S3Request<UploadPartCopyInput>,
    ) -> Answer<UploadPartCopyOutput> {
        ObjectStore::upload_part_copy(self, request.input).await.map(S3Response::new)
    }

    async fn list_parts(&self, request: S3Request<ListPartsInput>) -> Answer<ListPartsOutput> {
        self.list_parts_of(request.input).await.map(S3Response::new)
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> Answer<CompleteMultipartUploadOutput> {
        self.complete_upload(request.input).await.map(S3Response::new)
    }

    async fn abort_multipart_upload(
        &self,
        request: S3Request<AbortMultipartUploadInput>,
    ) -> Answer<AbortMultipartUploadOutput> {
        self.abort_upload(request.input).await.map(S3Response::new)
    }

    async fn list_multipart_uploads(
        &self,
        request: S3Request<ListMultipartUploadsInput>,
    ) -> Answer<ListMultipartUploadsOutput> {
        self.list_uploads(request.input).await.map(S3Response::new)
    }
}

impl ObjectStore {
    /// Making a bucket again is fine, as it is in us-east-1.
    async fn make_bucket(&self, input: CreateBucketInput) -> S3Result<CreateBucketOutput> {
        let name = input.bucket;
        let location = format!("/{name}");
        self.blocking(move |shared| {
            shared.index.transaction(|transaction| {
                transaction
                    .execute(
                        "INSERT OR IGNORE INTO buckets (name, created) VALUES (?1, ?2)",
                        params![name, now_milliseconds()],
                    )
                    .map_err(internal)
            })?;
            shared.buckets.write().unwrap_or_else(PoisonError::into_inner).insert(name);
            Ok(())
        })
        .await?;
        Ok(CreateBucketOutput { location: Some(location) })
    }

    async fn remove_bucket(&self, input: DeleteBucketInput) -> S3Result<DeleteBucketOutput> {
        self.require_bucket(&input.bucket)?;
        let name = input.bucket;
        self.blocking(move |shared| {
            shared.index.transaction(|transaction| {
                let used: bool = transaction
                    .query_row(
                        "SELECT EXISTS (SELECT 1 FROM objects WHERE bucket = ?1)
                             OR EXISTS (SELECT 1 FROM uploads WHERE bucket = ?1)",
                        [&name],
                        |row| row.get(0),
                    )
                    .map_err(internal)?;
                if used {
                    return Err(s3_error!(BucketNotEmpty));
                }
                transaction.execute("DELETE FROM buckets WHERE name = ?1", [&name]).map_err(internal)
            })?;
            shared.buckets.write().unwrap_or_else(PoisonError::into_inner).remove(&name);
            Ok(())
        })
        .await?;
        Ok(DeleteBucketOutput::default())
    }

    async fn all_buckets(&self) -> S3Result<ListBucketsOutput> {
        let buckets = self
            .blocking(|shared| {
                let read = shared.index.read(|index| {
                    let mut statement =
                        index.prepare_cached("SELECT name, created FROM buckets ORDER BY name")?;
                    let bucket = |row: &rusqlite::Row<'_>| {
                        Ok(Bucket {
                            name: Some(row.get(0)?),
                            creation_date: Some(timestamp(row.get(1)?)),
                            bucket_region: Some(REGION.to_owned()),
                        })
                    };
                    statement.query_map([], bucket)?.collect::<rusqlite::Result<Vec<_>>>()
                });
                read.map_err(internal)
            })
            .await?;
        Ok(ListBucketsOutput { buckets: Some(buckets), ..ListBucketsOutput::default() })
    }
}
