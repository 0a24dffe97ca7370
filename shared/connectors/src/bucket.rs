//! A bucket behind S3's protocol, whoever speaks it.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use aws_credential_types::Credentials;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{
    BehaviorVersion, Builder, Region, RequestChecksumCalculation, ResponseChecksumValidation,
};
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart, EncodingType};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::{ReconnectMode, RetryConfig};
use bytes::{Bytes, BytesMut};
use contract::images::{MAX_OBJECT_KEY, StorageParameters};
use contract::uri::percent_decoded;
use fetch::FetchError;
use tokio::time::{timeout, timeout_at};

use crate::{Connector, ConnectorError, Existing, Listed, NewObject, Place};

/// Objects of more bytes are written in parts of so many.
const PART: usize = 16 << 20;
/// Tries of a request that failed for a reason that may pass.
const ATTEMPTS: u32 = 3;
/// Longest that an object may take to come, so that a slow server keeps its place no longer than a slow address does.
const READ: Duration = Duration::from_secs(20);
/// Metadata of an object that stays where it is: who wrote it.
const MARK: &str = "atelier-written-by";
/// What is kept of the time of a large object to take back its parts.
const ABORT: Duration = Duration::from_secs(3);

pub(crate) struct Bucket {
    client: Client,
    bucket: String,
    /// Folder of the storage: empty, or with a slash at its end.
    folder: String,
    /// `s3` or `gs`.
    scheme: &'static str,
}

/// How a bucket is reached.
pub(crate) struct Wire<'a> {
    pub(crate) http: SharedHttpClient,
    pub(crate) credentials: Credentials,
    pub(crate) region: &'a str,
    /// Default: Amazon's.
    pub(crate) endpoint: Option<&'a str>,
}

impl Bucket {
    pub(crate) fn new(wire: Wire<'_>, parameters: &StorageParameters, scheme: &'static str) -> Self {
        let mut config = Builder::new()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(wire.region.to_owned()))
            .credentials_provider(wire.credentials)
            .http_client(wire.http)
            // Why connections are kept: the client under this one throws away those that failed by itself.
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(ATTEMPTS)
                    .with_reconnect_mode(ReconnectMode::ReuseAllConnections),
            )
            // Why paths: what stands in front of a server of one's own has one name and one certificate.
            .force_path_style(true)
            .disable_s3_express_session_auth(true)
            // Why only where required: others than Amazon do not know the checksums that newer clients add.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
        // Why a slash: the bucket's name is put right behind it.
        config.set_endpoint_url(wire.endpoint.map(|endpoint| format!("{}/", endpoint.trim_end_matches('/'))));
        let path = parameters.path.as_deref().unwrap_or_default().trim_matches('/');
        let folder = if path.is_empty() { String::new() } else { format!("{path}/") };
        let bucket = parameters.bucket.clone().unwrap_or_default();
        Self { client: Client::from_conf(config.build()), bucket, folder, scheme }
    }

    fn key(&self, path: &str) -> Result<String, ConnectorError> {
        let key = format!("{}{path}", self.folder);
        if key.len() > MAX_OBJECT_KEY { Err(ConnectorError::KeyTooLong) } else { Ok(key) }
    }

    async fn read_whole(&self, key: String, max_bytes: u64) -> Result<Bytes, ConnectorError> {
        let call = self.client.get_object().bucket(&self.bucket).key(key);
        let mut answer = call.send().await.map_err(failure)?;
        let announced = answer.content_length.and_then(|length| u64::try_from(length).ok());
        if announced.is_some_and(|length| length > max_bytes) {
            return Err(ConnectorError::TooLarge(max_bytes));
        }
        let mut read = BytesMut::new();
        while let Some(piece) = answer.body.next().await {
            let piece = piece.map_err(|error| ConnectorError::Broken(error.into()))?;
            if (read.len() + piece.len()) as u64 > max_bytes {
                return Err(ConnectorError::TooLarge(max_bytes));
            }
            read.extend_from_slice(&piece);
        }
        Ok(read.freeze())
    }

    async fn put(&self, key: &str, object: &NewObject<'_>) -> Result<(), ConnectorError> {
        let call = self.client.put_object().bucket(&self.bucket).key(key).content_type(object.content_type);
        let call = match object.existing {
            Existing::Replaced => call,
            Existing::Kept { mark } => call.if_none_match("*").metadata(MARK, mark),
        };
        call.body(ByteStream::from(object.body.clone())).send().await.map_err(failure)?;
        Ok(())
    }

    async fn put_parts(
        &self,
        key: &str,
        object: &NewObject<'_>,
        until: Instant,
    ) -> Result<(), ConnectorError> {
        let mut call = self.client.create_multipart_upload().bucket(&self.bucket).key(key);
        if let Existing::Kept { mark } = object.existing {
            call = call.metadata(MARK, mark);
        }
        let begun = timeout_at(until.into(), call.content_type(object.content_type).send()).await;
        let begun = begun.map_err(|_| ConnectorError::Slow)?.map_err(failure)?;
        let upload = begun.upload_id().ok_or_else(|| ConnectorError::Broken("no upload id".into()))?;
        let written = timeout_at(until.into(), self.parts(key, upload, object)).await;
        let written = written.unwrap_or(Err(ConnectorError::Slow));
        if written.is_err() {
            // What is left by a failure of this too is the bucket's rule's to take.
            let call = self.client.abort_multipart_upload().bucket(&self.bucket).key(key);
            drop(timeout(ABORT, call.upload_id(upload).send()).await);
        }
        written
    }

    async fn parts(&self, key: &str, upload: &str, object: &NewObject<'_>) -> Result<(), ConnectorError> {
        let (mut parts, body) = (Vec::new(), &object.body);
        for (number, start) in (1..).zip((0..body.len()).step_by(PART)) {
            let part = body.slice(start..body.len().min(start + PART));
            let call = self.client.upload_part().bucket(&self.bucket).key(key).upload_id(upload);
            let call = call.part_number(number).body(ByteStream::from(part));
            let tag = call.send().await.map_err(failure)?.e_tag;
            parts.push(CompletedPart::builder().part_number(number).set_e_tag(tag).build());
        }
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let call = self.client.complete_multipart_upload().bucket(&self.bucket).key(key).upload_id(upload);
        let call = match object.existing {
            Existing::Replaced => call,
            Existing::Kept { .. } => call.if_none_match("*"),
        };
        call.multipart_upload(parts).send().await.map_err(failure)?;
        Ok(())
    }

    async fn write_whole(
        &self,
        key: &str,
        object: &NewObject<'_>,
        until: Instant,
    ) -> Result<(), ConnectorError> {
        if object.body.len() > PART {
            return self.put_parts(key, object, until - ABORT).await;
        }
        let put = timeout_at(until.into(), self.put(key, object)).await;
        put.unwrap_or(Err(ConnectorError::Slow))
    }

    /// Whether there is an object; an error where it is not the one that was written under `mark`.
    async fn is_there(&self, key: &str, mark: &str) -> Result<bool, ConnectorError> {
        let found = self.client.head_object().bucket(&self.bucket).key(key).send();
        match timeout(READ, found).await.map_err(|_| ConnectorError::Slow)? {
            Ok(found) => {
                let marked = found.metadata().and_then(|all| all.get(MARK));
                if marked.is_some_and(|found| found == mark) { Ok(true) } else { Err(ConnectorError::Exists) }
            }
            Err(error) => match failure(error) {
                // Who may not list is refused also where there is nothing.
                ConnectorError::NoObject | ConnectorError::Denied => Ok(false),
                other => Err(other),
            },
        }
    }
}

#[async_trait]
impl Connector for Bucket {
    async fn read(&self, path: &str, max_bytes: u64) -> Result<Bytes, ConnectorError> {
        let read = timeout(READ, self.read_whole(self.key(path)?, max_bytes)).await;
        read.unwrap_or(Err(ConnectorError::Slow))
    }

    async fn write(&self, object: NewObject<'_>, until: Instant) -> Result<Place, ConnectorError> {
        let key = self.key(object.path)?;
        match object.existing {
            Existing::Replaced => self.write_whole(&key, &object, until).await?,
            // Why first a look, where a condition goes along: some servers do not know that condition.
            Existing::Kept { mark } if self.is_there(&key, mark).await? => {}
            Existing::Kept { mark } => match self.write_whole(&key, &object, until).await {
                Err(ConnectorError::Exists) if self.is_there(&key, mark).await? => {}
                written => written?,
            },
        }
        let uri = format!("{}://{}/{key}", self.scheme, self.bucket);
        Ok(Place { bucket: self.bucket.clone(), key, uri })
    }

    async fn delete(&self, path: &str) -> Result<(), ConnectorError> {
        let key = self.key(path)?;
        self.client.delete_object().bucket(&self.bucket).key(key).send().await.map_err(failure)?;
        Ok(())
    }

    async fn reach(&self) -> Result<(), ConnectorError> {
        let call = self.client.list_objects_v2().bucket(&self.bucket).prefix(&self.folder);
        call.max_keys(1).send().await.map_err(failure)?;
        Ok(())
    }

    async fn list(
        &self,
        folder: &str,
        recursive: bool,
        from: Option<String>,
    ) -> Result<Listed, ConnectorError> {
        let prefix = format!("{}{folder}", self.folder);
        let call = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix);
        let call = call.set_delimiter((!recursive).then(|| "/".to_owned())).set_continuation_token(from);
        // Why encoded: a key may have characters that no XML can say.
        let answer = call.encoding_type(EncodingType::Url).send().await.map_err(failure)?;
        let encoded = answer.encoding_type == Some(EncodingType::Url);
        let objects = answer.contents.unwrap_or_default().into_iter().filter_map(|object| object.key);
        let keys = objects.filter_map(|key| if encoded { decoded(&key) } else { Some(key) });
        let paths = keys.filter_map(|key| Some(key.strip_prefix(&self.folder)?.to_owned()));
        let is_file = |path: &String| path.starts_with(folder) && !path.ends_with('/') && !path.is_empty();
        let next = answer.next_continuation_token.filter(|_| answer.is_truncated == Some(true));
        Ok(Listed { paths: paths.filter(is_file).collect(), next })
    }
}

/// A key as listings have it that are encoded as forms are; `None` where it is not UTF-8.
fn decoded(key: &str) -> Option<String> {
    String::from_utf8(percent_decoded(key.replace('+', " ").as_bytes())).ok()
}

/// By the error's code, else by the status.
fn failure<E>(error: SdkError<E, HttpResponse>) -> ConnectorError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match &error {
        SdkError::TimeoutError(_) => return ConnectorError::Slow,
        SdkError::DispatchFailure(failure) => {
            let guard = failure.as_connector_error().and_then(|error| std::error::Error::source(error));
            return match guard.and_then(|error| error.downcast_ref::<FetchError>()) {
                Some(FetchError::Refused(refusal)) => ConnectorError::Refused(refusal.clone().into()),
                Some(FetchError::BadUrl(sentence)) => ConnectorError::Refused(FetchError::BadUrl(sentence)),
                _ if failure.is_timeout() => ConnectorError::Slow,
                // Ours and not the guard's: more was said than anything has to say.
                None if failure.is_user() => ConnectorError::Broken(error.into()),
                _ => ConnectorError::Unreachable(error.into()),
            };
        }
        SdkError::ResponseError(_) => return ConnectorError::Broken(error.into()),
        _ => {}
    }
    let status = error.raw_response().map_or(0, |answer| answer.status().as_u16());
    match (error.code().unwrap_or_default(), status) {
        ("NoSuchKey", _) => ConnectorError::NoObject,
        ("NoSuchBucket", _) => ConnectorError::NoBucket,
        (
            "InvalidAccessKeyId"
            | "SignatureDoesNotMatch"
            | "ExpiredToken"
            | "InvalidToken"
            | "InvalidSecurity",
            _,
        ) => ConnectorError::Credentials,
        ("PreconditionFailed" | "ConditionalRequestConflict", _) | (_, 412) => ConnectorError::Exists,
        ("PermanentRedirect" | "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException", _)
        | (_, 301) => ConnectorError::Region,
        (_, 401) => ConnectorError::Credentials,
        ("AccessDenied", _) | (_, 403) => ConnectorError::Denied,
        (_, 404) => ConnectorError::NoObject,
        // What succeeds and cannot be read is no answer of such a server.
        (_, 0..=299) => ConnectorError::Broken(error.into()),
        (_, status) => ConnectorError::Status(status),
    }
}
