//! The signed policy of a form upload.
//!
//! Source: "Browser-based uploads using POST (AWS Signature Version 4)" of the Amazon S3 API reference.

use s3s::post_policy::{PostPolicy, PostPolicyCondition};
use s3s::{S3Result, s3_error};
use time::OffsetDateTime;

use super::form::Fields;
use super::write::MOST_PUT_BYTES;
use crate::credentials::Identity;
use crate::signature::{is_signature, signing_key};

/// Judges a form's fields and answers the allowed sizes of the file in bytes, least and most.
///
/// # Errors
/// `AccessDenied` (403) without policy or where the form departs from it, `SignatureDoesNotMatch` (403).
pub(super) fn authorize(identity: &Identity, bucket: &str, fields: &Fields) -> S3Result<(u64, u64)> {
    let encoded =
        fields.get("policy").ok_or_else(|| s3_error!(AccessDenied, "a signed policy is required"))?;
    verify_signature(identity, fields, encoded)?;
    let policy = PostPolicy::from_base64(encoded).map_err(|error| s3_error!(error, InvalidPolicyDocument))?;
    if OffsetDateTime::now_utc() >= OffsetDateTime::from(policy.expiration.clone()) {
        return Err(s3_error!(AccessDenied, "the policy has expired"));
    }
    let value = |field: &str| match field {
        "bucket" => bucket,
        other => fields.get(other).map_or("", String::as_str),
    };
    let mut sizes = (0, MOST_PUT_BYTES);
    for condition in &policy.conditions {
        let holds = match condition {
            PostPolicyCondition::Eq { field, value: wanted } => value(field) == wanted,
            PostPolicyCondition::StartsWith { field, prefix } => value(field).starts_with(prefix.as_str()),
            PostPolicyCondition::ContentLengthRange { min, max } => {
                sizes = (sizes.0.max(*min), sizes.1.min(*max));
                true
            }
        };
        if !holds {
            return Err(s3_error!(AccessDenied, "the form does not meet a condition of its policy"));
        }
    }
    if fields.keys().any(|field| !is_covered(field, &policy.conditions)) {
        return Err(s3_error!(AccessDenied, "the form has a field that its policy does not mention"));
    }
    if fields.get("bucket").is_some_and(|named| named != bucket) {
        return Err(s3_error!(AccessDenied, "the form names another bucket"));
    }
    Ok(sizes)
}

/// Every field needs a condition, but for those that carry the policy itself.
fn is_covered(name: &str, conditions: &[PostPolicyCondition]) -> bool {
    matches!(name, "policy" | "x-amz-signature" | "file")
        || name.starts_with("x-ignore-")
        || conditions.iter().any(|condition| match condition {
            PostPolicyCondition::Eq { field, .. } | PostPolicyCondition::StartsWith { field, .. } => {
                field == name
            }
            PostPolicyCondition::ContentLengthRange { .. } => false,
        })
}

fn verify_signature(identity: &Identity, fields: &Fields, policy: &str) -> S3Result<()> {
    let field = |name: &str| fields.get(name).map_or("", String::as_str);
    let (access_key, scope) = field("x-amz-credential").split_once('/').unwrap_or_default();
    let mut parts = scope.split('/');
    let mut part = || parts.next().unwrap_or_default();
    let (date, _region, service, end) = (part(), part(), part(), part());
    let known = field("x-amz-algorithm") == "AWS4-HMAC-SHA256"
        && access_key == identity.access_key
        && service == "s3"
        && end == "aws4_request"
        && !date.is_empty()
        && field("x-amz-date").starts_with(date);
    if !known {
        return Err(s3_error!(AccessDenied, "the form is not signed with known credentials"));
    }
    let key = signing_key(&identity.secret_key, scope);
    if is_signature(&key, policy.as_bytes(), field("x-amz-signature")) {
        Ok(())
    } else {
        Err(s3_error!(SignatureDoesNotMatch))
    }
}
