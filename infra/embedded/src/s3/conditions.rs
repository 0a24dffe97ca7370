//! `If-Match` and its relatives, by RFC 9110 section 13 and the order S3 gives them.

use http::{HeaderMap, HeaderValue, header};
use s3s::dto::{ETagCondition, GetObjectInput, HeadObjectInput, Timestamp};
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};
use time::OffsetDateTime;

use super::index::ObjectRow;

/// Conditions of a read, of a copy's source too.
#[derive(Default)]
pub(super) struct ReadConditions {
    pub(super) if_match: Option<ETagCondition>,
    pub(super) if_none_match: Option<ETagCondition>,
    pub(super) if_modified_since: Option<Timestamp>,
    pub(super) if_unmodified_since: Option<Timestamp>,
}

impl ReadConditions {
    pub(super) fn of_get(input: &GetObjectInput) -> Self {
        Self {
            if_match: input.if_match.clone(),
            if_none_match: input.if_none_match.clone(),
            if_modified_since: input.if_modified_since.clone(),
            if_unmodified_since: input.if_unmodified_since.clone(),
        }
    }

    pub(super) fn of_head(input: &HeadObjectInput) -> Self {
        Self {
            if_match: input.if_match.clone(),
            if_none_match: input.if_none_match.clone(),
            if_modified_since: input.if_modified_since.clone(),
            if_unmodified_since: input.if_unmodified_since.clone(),
        }
    }

    /// # Errors
    /// `PreconditionFailed` (412) or `NotModified` (304, with the headers a cache needs).
    pub(super) fn check(&self, object: &ObjectRow) -> S3Result<()> {
        // HTTP dates have whole seconds.
        let modified = object.modified.div_euclid(1000);
        match (&self.if_match, &self.if_unmodified_since) {
            (Some(condition), _) if !matches(condition, object) => return Err(s3_error!(PreconditionFailed)),
            (None, Some(time)) if modified > seconds(time) => return Err(s3_error!(PreconditionFailed)),
            _ => {}
        }
        match (&self.if_none_match, &self.if_modified_since) {
            (Some(condition), _) if matches(condition, object) => Err(not_modified(object)),
            (None, Some(time)) if modified <= seconds(time) => Err(not_modified(object)),
            _ => Ok(()),
        }
    }

    /// The same for the source of a copy, where 304 has no meaning.
    pub(super) fn check_source(&self, object: &ObjectRow) -> S3Result<()> {
        self.check(object).map_err(|_| s3_error!(PreconditionFailed))
    }
}

/// Conditions of a write, checked in the transaction that makes it.
#[derive(Default)]
pub(super) struct WriteConditions {
    pub(super) if_match: Option<ETagCondition>,
    pub(super) if_none_match: Option<ETagCondition>,
}

impl WriteConditions {
    /// # Errors
    /// `PreconditionFailed` (412), or `NoSuchKey` (404) where a match is wanted with nothing there.
    pub(super) fn check(&self, existing: Option<&ObjectRow>) -> S3Result<()> {
        match (&self.if_match, existing) {
            (Some(_), None) => return Err(s3_error!(NoSuchKey)),
            (Some(condition), Some(object)) if !matches(condition, object) => {
                return Err(s3_error!(PreconditionFailed));
            }
            _ => {}
        }
        match (&self.if_none_match, existing) {
            (Some(condition), Some(object)) if matches(condition, object) => {
                Err(s3_error!(PreconditionFailed))
            }
            _ => Ok(()),
        }
    }
}

fn matches(condition: &ETagCondition, object: &ObjectRow) -> bool {
    match condition {
        ETagCondition::Any => true,
        ETagCondition::ETag(etag) => etag.value() == object.etag,
    }
}

fn seconds(time: &Timestamp) -> i64 {
    OffsetDateTime::from(time.clone()).unix_timestamp()
}

fn not_modified(object: &ObjectRow) -> S3Error {
    let mut error = S3Error::new(S3ErrorCode::NotModified);
    let mut headers = HeaderMap::new();
    if let Ok(etag) = HeaderValue::from_str(&format!("\"{}\"", object.etag)) {
        headers.insert(header::ETAG, etag);
    }
    if let Some(value) = &object.headers.cache_control
        && let Ok(value) = HeaderValue::from_str(value)
    {
        headers.insert(header::CACHE_CONTROL, value);
    }
    error.set_headers(headers);
    error
}

/// A time of the index as the protocol's type.
pub(super) fn timestamp(milliseconds: i64) -> Timestamp {
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000);
    Timestamp::from(time.unwrap_or(OffsetDateTime::UNIX_EPOCH))
}
