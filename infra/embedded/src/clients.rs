//! Ready-made clients of the AWS SDK that reach the embedded stores.

use aws_credential_types::Credentials;
use aws_sdk_s3::config::{RequestChecksumCalculation, ResponseChecksumValidation};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_types::retry::RetryConfig;

use crate::connector::Connector;
use crate::dynamodb::UNTRACKED_TOKEN;
use crate::{Embedded, Services};
use std::sync::Arc;

/// The region of every client, signature and ARN.
pub(crate) const REGION: &str = "us-east-1";
pub(crate) const SQS_HOST: &str = "sqs.embedded.local";
const DYNAMODB_ENDPOINT: &str = "https://dynamodb.embedded.local";
const SQS_ENDPOINT: &str = "https://sqs.embedded.local";
const S3_ENDPOINT: &str = "https://s3.embedded.local";

// Why no retries: nothing in process is worth one; what failed once fails again, and a stream never stalls
// on a network.
// Why no signatures on DynamoDB and SQS: nobody but our own connector reaches them, and signing took a
// quarter of the CPU time of a call. S3 is reached from outside too, so it takes nothing unsigned.

impl Embedded {
    /// The HTTP client to give to an SDK configuration of one's own, with any endpoint.
    pub fn http_client(&self) -> SharedHttpClient {
        shared(self.services())
    }

    /// The only credentials the stores accept, made at random at each start.
    pub fn credentials(&self) -> Credentials {
        self.services().identity.credentials()
    }

    /// The region of the stores.
    pub fn region(&self) -> &'static str {
        REGION
    }

    /// A DynamoDB client on the embedded store.
    pub fn dynamodb_client(&self) -> aws_sdk_dynamodb::Client {
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(aws_sdk_dynamodb::config::Region::new(REGION))
            .endpoint_url(DYNAMODB_ENDPOINT)
            .allow_no_auth()
            .http_client(self.http_client())
            .retry_config(RetryConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .idempotency_token_provider(UNTRACKED_TOKEN)
            .build();
        aws_sdk_dynamodb::Client::from_conf(config)
    }

    /// An SQS client on the embedded store.
    pub fn sqs_client(&self) -> aws_sdk_sqs::Client {
        let config = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(aws_sdk_sqs::config::Region::new(REGION))
            .endpoint_url(SQS_ENDPOINT)
            .allow_no_auth()
            .http_client(self.http_client())
            .retry_config(RetryConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .build();
        aws_sdk_sqs::Client::from_conf(config)
    }

    /// An S3 client on the embedded store, with path-style addresses.
    pub fn s3_client(&self) -> aws_sdk_s3::Client {
        self.s3_client_at(S3_ENDPOINT)
    }

    /// An S3 client whose presigned URLs start with the public address of the application, as in
    /// `http://127.0.0.1:9000`. Calls through it stay in process.
    pub fn s3_presign_client(&self, public_base_url: &str) -> aws_sdk_s3::Client {
        self.s3_client_at(public_base_url)
    }

    fn s3_client_at(&self, endpoint: &str) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(aws_sdk_s3::config::Region::new(REGION))
            .endpoint_url(endpoint)
            .force_path_style(true)
            .credentials_provider(self.credentials())
            .http_client(self.http_client())
            .retry_config(RetryConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            // A presigned PUT must not ask its user for a checksum, and memory to memory nothing gets lost.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            .build();
        aws_sdk_s3::Client::from_conf(config)
    }
}

fn shared(services: &Arc<Services>) -> SharedHttpClient {
    SharedHttpClient::new(Connector(Arc::clone(services)))
}
