use common::ApiError;
use contract::ErrorKind;
use fetch::FetchError;
use secrets::SecretsError;

/// Why a storage did not do what was asked. `Display` is fit for the storage's owner: it shows no address and nothing of an answer's body.
#[derive(Debug, thiserror::Error)]
pub enum ConnectorError {
    #[error("there is no such object")]
    NoObject,
    #[error("there is no such bucket")]
    NoBucket,
    #[error("its credentials are not accepted")]
    Credentials,
    #[error("its credentials do not allow this")]
    Denied,
    #[error("the bucket is in another region")]
    Region,
    #[error("the object is larger than {0} bytes")]
    TooLarge(u64),
    #[error("the key is longer than 1,024 bytes with the storage's path")]
    KeyTooLong,
    #[error("a web folder cannot be written to")]
    ReadOnly,
    #[error("the files of a web folder cannot be listed")]
    NotListed,
    #[error("there is a file already")]
    Exists,
    #[error("its address may not be reached")]
    Refused(#[source] FetchError),
    #[error("it could not be reached")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("it took too long to answer")]
    Slow,
    #[error("its answer was incomplete or malformed")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("it answered with status {0}")]
    Status(u16),
    #[error("the role cannot be assumed")]
    Role(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("roles can be assumed only where the service runs on AWS")]
    NoIdentity,
    /// Ours, not the storage's.
    #[error("the service failed")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<SecretsError> for ConnectorError {
    fn from(error: SecretsError) -> Self {
        Self::Internal(error.into())
    }
}

impl From<FetchError> for ConnectorError {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::BadUrl(_) | FetchError::Refused(_) => Self::Refused(error),
            FetchError::Status(404 | 410) => Self::NoObject,
            FetchError::Status(status) => Self::Status(status),
            FetchError::TooLarge { limit } => Self::TooLarge(limit),
            FetchError::Timeout(_) => Self::Slow,
            FetchError::Broken(cause) => Self::Broken(cause),
            other => Self::Unreachable(other.into()),
        }
    }
}

impl ConnectorError {
    /// As the failure of an input.
    pub fn of_input(self) -> ApiError {
        let kind = match self {
            Self::Internal(source) => return ApiError::internal(source),
            Self::TooLarge(_) => ErrorKind::InputTooLarge,
            Self::Refused(_) => ErrorKind::InputRefused,
            _ => ErrorKind::InputUnreachable,
        };
        ApiError::because(kind, format!("The input could not be read from the storage: {self}."))
            .with_source(self)
    }

    /// As the failure of a result's way out.
    pub fn of_output(self) -> ApiError {
        if let Self::Internal(source) = self {
            return ApiError::internal(source);
        }
        if matches!(self, Self::Exists) {
            return ApiError::new(ErrorKind::OutputExists).with_source(self);
        }
        let sentence =
            format!("The result could not be written to the storage: {self}. Nothing was charged.");
        ApiError::because(ErrorKind::OutputNotWritten, sentence).with_source(self)
    }
}
