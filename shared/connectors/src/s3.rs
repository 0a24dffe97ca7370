//! Amazon S3, and what speaks its protocol at an address of its own.

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use contract::images::StorageParameters;

use crate::bucket::{Bucket, Wire};

/// Where buckets are that say no region.
pub(crate) const DEFAULT_REGION: &str = "us-east-1";

pub(crate) fn open(
    http: SharedHttpClient,
    parameters: &StorageParameters,
    credentials: Credentials,
) -> Bucket {
    let region = parameters.region.as_deref().unwrap_or(DEFAULT_REGION);
    let wire = Wire { http, credentials, region, endpoint: parameters.endpoint.as_deref() };
    Bucket::new(wire, parameters, "s3")
}
