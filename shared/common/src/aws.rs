//! How a process reaches AWS.

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, HttpClientError};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::SdkConfig;
use aws_types::region::Region;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};
use store::FormSigner;

/// Amazon Root CA 1 to 4 and Starfield Services Root CA G2.
const AMAZON_ROOTS: &[u8] = include_bytes!("amazon-roots.pem");

#[derive(Debug, thiserror::Error)]
#[error("{0} is not set; Lambda sets it for every function")]
pub struct MissingVariable(&'static str);

/// The HTTPS client of every SDK client in the process. It trusts Amazon's own roots, or where `SSL_CERT_FILE` is set, as
/// for a proxy that opens TLS, those of that file.
///
/// Why not the system's: to read them all takes longer than the rest of a function's start, and the endpoints of AWS
/// answer with no others.
pub fn http_client() -> Result<SharedHttpClient, HttpClientError> {
    let trusted = match std::env::var_os("SSL_CERT_FILE") {
        Some(_) => TrustStore::default(),
        None => TrustStore::empty().with_pem_certificate(AMAZON_ROOTS),
    };
    let context = TlsContext::builder().with_trust_store(trusted).build()?;
    Ok(Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(context).build_https())
}

/// What Lambda tells a function by its environment: credentials and region, good for the life of the process, and
/// `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>` where somebody set them.
///
/// Why not the default chain of providers: all it knows beyond this is for other places, and to set it up takes as long as
/// the clients of all services together.
pub fn from_environment() -> Result<SdkConfig, Box<dyn std::error::Error + Send + Sync>> {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let needed = |name| variable(name).ok_or(MissingVariable(name));
    let credentials = Credentials::new(
        needed("AWS_ACCESS_KEY_ID")?,
        needed("AWS_SECRET_ACCESS_KEY")?,
        variable("AWS_SESSION_TOKEN"),
        None,
        "environment",
    );
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(needed("AWS_REGION")?))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(http_client()?)
        .service_config(Endpoints);
    config.set_endpoint_url(variable("AWS_ENDPOINT_URL"));
    Ok(config.build())
}

/// What signs forms for uploads; `None` outside of a Lambda's environment.
pub fn form_signer() -> Option<FormSigner> {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let credentials = Credentials::new(
        variable("AWS_ACCESS_KEY_ID")?,
        variable("AWS_SECRET_ACCESS_KEY")?,
        variable("AWS_SESSION_TOKEN"),
        None,
        "environment",
    );
    Some(FormSigner { credentials, region: variable("AWS_REGION")? })
}

/// Settings of one service, as `AWS_ENDPOINT_URL_DYNAMODB`.
#[derive(Debug)]
struct Endpoints;

impl LoadServiceConfig for Endpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let service = key.service_id().to_uppercase().replace([' ', '-'], "_");
        std::env::var(format!("{}_{service}", key.env())).ok().filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_takes_amazons_roots() {
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .http_client(http_client().expect("a client"));
        // A client reads the roots as it is made, and panics over one that it cannot read.
        aws_sdk_dynamodb::Client::new(&config.build());
        let pem = std::str::from_utf8(AMAZON_ROOTS).expect("text");
        assert_eq!(pem.matches("BEGIN CERTIFICATE").count(), 5);
    }
}
