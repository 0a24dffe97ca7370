//! Uploads by an HTML form (POST Object). `s3s` would gather the file in memory before it looks at the
//! signature; here the fields are judged first and the file goes to the disk as it arrives.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures::StreamExt;
use http::{Method, Request, StatusCode, header};
use http_body::Body;
use http_body_util::BodyExt;
use multer::{Constraints, Field, Multipart, SizeLimit};
use s3s::{S3Error, S3ErrorCode, S3Result, StdError, s3_error};

use super::ObjectStore;
use super::conditions::WriteConditions;
use super::index::StoredHeaders;
use super::policy;
use super::write::{Destination, MOST_PUT_BYTES};
use crate::credentials::Identity;

/// The most all fields before the file may hold together, as on AWS: 20 kB.
const MOST_FIELD_BYTES: usize = 20_000;
const MOST_FIELDS: usize = 100;
/// Bytes that fields and borders may take beside the file.
const ROOM_FOR_FIELDS: u64 = 3 << 20;

/// What an application allows a form upload that carries no policy.
#[derive(Debug, Clone)]
pub struct FormGrant {
    /// An existing bucket.
    pub bucket: String,
    /// The only key the form may name; a form without one gets it.
    pub key: String,
    /// The smallest file, in bytes.
    pub least_bytes: u64,
    /// The largest file, in bytes; at most 5 GiB.
    pub most_bytes: u64,
}

/// How an upload is answered.
pub(super) struct Received {
    pub(super) status: StatusCode,
    pub(super) etag: String,
    pub(super) document: Option<String>,
}

/// The fields before the file, names in lower case.
pub(super) type Fields = BTreeMap<String, String>;

pub(super) fn is_form<B>(request: &Request<B>) -> bool {
    request.method() == Method::POST && boundary(request).is_some()
}

/// Receives a form whose policy is signed.
pub(super) async fn receive_signed<B>(
    store: &ObjectStore,
    identity: &Identity,
    bucket: &str,
    request: Request<B>,
) -> S3Result<Received>
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<StdError>,
{
    let mut form = open(request)?;
    let (fields, file) = read_fields(&mut form).await?;
    let (least, most) = policy::authorize(identity, bucket, &fields)?;
    store.require_bucket(bucket)?;
    let key =
        fields.get("key").cloned().ok_or_else(|| s3_error!(InvalidArgument, "the field key is missing"))?;
    receive(store, bucket, &key, &fields, file, least..=most).await
}

/// Receives a form that the application has authorised.
pub(super) async fn receive_granted<B>(
    store: &ObjectStore,
    grant: &FormGrant,
    request: Request<B>,
) -> S3Result<Received>
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<StdError>,
{
    store.require_bucket(&grant.bucket)?;
    // Before a byte is asked for.
    let declared =
        request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if declared.is_some_and(|bytes: u64| bytes > grant.most_bytes.saturating_add(ROOM_FOR_FIELDS)) {
        return Err(s3_error!(EntityTooLarge, "the form is declared larger than the file may be"));
    }
    let mut form = open(request)?;
    let (fields, file) = read_fields(&mut form).await?;
    if fields.get("key").is_some_and(|key| *key != grant.key) {
        return Err(s3_error!(AccessDenied, "the form names another key than the one it was made for"));
    }
    receive(store, &grant.bucket, &grant.key, &fields, file, grant.least_bytes..=grant.most_bytes).await
}

fn boundary<B>(request: &Request<B>) -> Option<String> {
    let content_type = request.headers().get(header::CONTENT_TYPE)?.to_str().ok()?;
    multer::parse_boundary(content_type).ok()
}

fn open<B>(request: Request<B>) -> S3Result<Multipart<'static>>
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<StdError>,
{
    let boundary = boundary(&request).ok_or_else(|| s3_error!(MalformedPOSTRequest))?;
    let stream = request.into_body().map_err(Into::into).into_data_stream();
    let limits = SizeLimit::new().whole_stream(MOST_PUT_BYTES + (1 << 20));
    Ok(Multipart::with_constraints(stream, boundary, Constraints::new().size_limit(limits)))
}

/// Reads up to the file, which ends the form.
async fn read_fields(form: &mut Multipart<'static>) -> S3Result<(Fields, Field<'static>)> {
    let (mut fields, mut bytes) = (Fields::new(), 0);
    while let Some(mut field) = form.next_field().await.map_err(malformed)? {
        let name = field.name().unwrap_or_default().to_ascii_lowercase();
        if name == "file" {
            return Ok((fields, field));
        }
        let mut value = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(malformed)? {
            bytes += chunk.len();
            if bytes > MOST_FIELD_BYTES {
                return Err(s3_error!(MaxPostPreDataLengthExceededError));
            }
            value.extend_from_slice(&chunk);
        }
        let value = String::from_utf8(value).map_err(malformed)?;
        if fields.insert(name, value).is_some() || fields.len() > MOST_FIELDS {
            return Err(s3_error!(MalformedPOSTRequest));
        }
    }
    Err(s3_error!(InvalidArgument, "the form has no field named file"))
}

async fn receive(
    store: &ObjectStore,
    bucket: &str,
    key: &str,
    fields: &Fields,
    file: Field<'static>,
    sizes: std::ops::RangeInclusive<u64>,
) -> S3Result<Received> {
    let key = key.replace("${filename}", file.file_name().unwrap_or_default());
    let most = (*sizes.end()).min(MOST_PUT_BYTES);
    let written = store.receive(Default::default(), file.map(|chunk| chunk.map_err(Box::new)), most).await?;
    if written.size < *sizes.start() {
        return Err(s3_error!(EntityTooSmall));
    }
    let to = Destination {
        bucket: bucket.to_owned(),
        key: key.clone(),
        headers: stored_headers(fields),
        conditions: WriteConditions::default(),
    };
    let etag = store.store_written(to, written).await?.etag;
    let (status, document) = match fields.get("success_action_status").map(String::as_str) {
        Some("200") => (StatusCode::OK, None),
        Some("201") => (StatusCode::CREATED, Some(post_response(bucket, &key, &etag))),
        _ => (StatusCode::NO_CONTENT, None),
    };
    Ok(Received { status, etag, document })
}

fn stored_headers(fields: &Fields) -> StoredHeaders {
    let metadata = fields
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix("x-amz-meta-")?.to_owned(), value.clone())))
        .collect();
    let field = |name: &str| fields.get(name).cloned();
    StoredHeaders {
        content_type: field("content-type"),
        cache_control: field("cache-control"),
        content_disposition: field("content-disposition"),
        content_encoding: field("content-encoding"),
        content_language: field("content-language"),
        metadata,
    }
}

fn post_response(bucket: &str, key: &str, etag: &str) -> String {
    let (bucket, key) = (escaped(bucket), escaped(key));
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><PostResponse><Location>/{bucket}/{key}</Location>\
         <Bucket>{bucket}</Bucket><Key>{key}</Key><ETag>&quot;{etag}&quot;</ETag></PostResponse>"
    )
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn malformed(error: impl Into<StdError>) -> S3Error {
    S3Error::with_source(S3ErrorCode::MalformedPOSTRequest, error.into())
}
