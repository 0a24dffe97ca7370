//! Hosted models on Amazon Bedrock, by Converse of the AWS SDK.
//!
//! Why the SDK and not requests signed by hand: it finds and renews credentials wherever it runs, and all it adds to the clients of AWS that
//! are here already is one crate, of about a minute to compile on a busy machine with two cores. Why a crate of its own: only what may
//! speak to Bedrock compiles and links it.
//!
//! Limits of time, repeats and the breaker are those of [`Hosted`]; the SDK's own are off, or failures would be repeated twice over.
#![deny(missing_docs)]

mod bounded;
mod provider;
mod request;

use aws_types::SdkConfig;
use hosted::{Cause, Hosted, HostedConfig, Wire};

pub use provider::Bedrock;

/// The client of any wire: Bedrock by the SDK, the others over HTTP. `sdk` gives region, credentials and the HTTP client for Bedrock; where
/// the configuration has a key, that API key is sent in place of a signature. Fails where `SSL_CERT_FILE` cannot be read.
pub fn connect(config: HostedConfig, sdk: &SdkConfig) -> Result<Hosted, Cause> {
    if config.wire != Wire::Bedrock {
        return Hosted::over_http(config);
    }
    let provider = Bedrock::new(&config, sdk);
    Ok(Hosted::new(config, provider))
}
