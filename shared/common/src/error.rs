//! An error has two audiences: `message` and `faults` for the client, `source` for the log.

use std::error::Error;
use std::fmt;

use contract::{ErrorKind, Fault};
use http::HeaderMap;
use store::StoreError;

#[derive(Debug)]
pub struct ApiError {
    pub kind: ErrorKind,
    /// Shown to the client.
    pub message: String,
    pub faults: Vec<Fault>,
    /// Boxed, since errors travel by value through every step.
    pub headers: Box<HeaderMap>,
    /// Shown to nobody but the log.
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

impl ApiError {
    pub fn new(kind: ErrorKind) -> Self {
        Self::because(kind, kind.row().message)
    }

    /// With a sentence of its own for the client.
    pub fn because(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), faults: Vec::new(), headers: Box::default(), source: None }
    }

    pub fn invalid(faults: Vec<Fault>) -> Self {
        Self { faults, ..Self::new(ErrorKind::Validation) }
    }

    pub fn internal(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(ErrorKind::Internal).with_source(source)
    }

    pub fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Seconds after which the same call is worth another try.
    pub fn retry_after(self, seconds: u64) -> Self {
        self.header(http::header::RETRY_AFTER, seconds.into())
    }

    pub fn header(mut self, name: http::HeaderName, value: http::HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.row().code, self.message)
    }
}

impl Error for ApiError {}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::new(ErrorKind::Overloaded).retry_after(1).with_source(error),
            StoreError::Failed(_) | StoreError::Malformed(_) => Self::internal(error),
        }
    }
}
