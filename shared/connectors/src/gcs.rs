//! Google Cloud Storage by HMAC keys: its XML interface speaks S3's protocol
//! (<https://cloud.google.com/storage/docs/aws-simple-migration>).

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use contract::images::StorageParameters;

use crate::bucket::{Bucket, Wire};

const ENDPOINT: &str = "https://storage.googleapis.com";
/// What its signatures name for a region, whichever the bucket is in.
const REGION: &str = "auto";

pub(crate) fn open(
    http: SharedHttpClient,
    parameters: &StorageParameters,
    credentials: Credentials,
) -> Bucket {
    let endpoint = parameters.endpoint.as_deref().unwrap_or(ENDPOINT);
    let wire = Wire { http, credentials, region: REGION, endpoint: Some(endpoint) };
    Bucket::new(wire, parameters, "gs")
}
