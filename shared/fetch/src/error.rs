//! Failures of a fetch, by meaning.

use std::net::IpAddr;

/// What lies behind a failure; for the log, never for a client.
pub(crate) type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a fetch failed. `Display` is fit for the client who named the URL: it shows no address, no resolver detail and
/// nothing of an answer's body. `Debug` and `source` may, and belong in the log.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Not a URL that can be fetched; the text says what is wrong with it.
    #[error("{0}")]
    BadUrl(&'static str),
    /// The guard said no.
    #[error("this URL may not be fetched")]
    Refused(Refusal),
    /// The name does not resolve, or nothing accepts the connection.
    #[error("the server could not be reached")]
    Unreachable(#[source] Cause),
    /// The TLS handshake failed, or the certificate is not trusted.
    #[error("no secure connection to the server could be made")]
    Tls(#[source] Cause),
    /// More redirects in a row than the limit.
    #[error("the server redirects more than {limit} times")]
    TooManyRedirects { limit: usize },
    /// A redirect that is not followed; the text says why.
    #[error("{0}")]
    BadRedirect(&'static str),
    /// The last answer was not 200.
    #[error("the server answered with status {0}")]
    Status(u16),
    /// More than `limit` bytes, announced, sent or after decompression.
    #[error("the content is larger than {limit} bytes")]
    TooLarge { limit: u64 },
    /// A Content-Encoding other than identity, gzip and deflate.
    #[error("the server used a content encoding that is not supported")]
    UnsupportedEncoding,
    /// Not HTTP, cut off in the middle, or damaged compression.
    #[error("the server's answer is incomplete or malformed")]
    Broken(#[source] Cause),
    /// A limit of time was reached.
    #[error("{0}")]
    Timeout(Stage),
}

/// Why the guard refused; for logs and metrics, not for clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The rule in a few words, from a small fixed set: `loopback`, `private`, `port`, `own address`, ...
    pub rule: &'static str,
    /// The address that broke it, where one did.
    pub address: Option<IpAddr>,
}

/// Which limit of time was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Name look-up, TCP and TLS.
    Connect,
    /// From the request to the end of the answer's head.
    FirstByte,
    /// The whole fetch with its redirects.
    Total,
    /// The caller's deadline, waiting for a free place included.
    Deadline,
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Stage::Connect => "the server took too long to accept a connection",
            Stage::FirstByte => "the server took too long to answer",
            Stage::Total => "the server took too long to send the content",
            Stage::Deadline => "there was not enough time left to fetch the URL",
        })
    }
}

impl From<Refusal> for FetchError {
    fn from(refusal: Refusal) -> Self {
        FetchError::Refused(refusal)
    }
}
