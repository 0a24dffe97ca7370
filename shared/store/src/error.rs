use std::error::Error;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

/// What can go wrong below every store call. Callers learn of refused conditions by their own types, not by this.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The server refused the call for load, or did not answer: worth a later try.
    #[error("the store is not available: {0}")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    #[error("the store refused a call: {0}")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
    #[error("a stored item is malformed: {0}")]
    Malformed(String),
}

const RETRYABLE: [&str; 7] = [
    "ThrottlingException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "TransactionConflictException",
    "TransactionInProgressException",
    "SlowDown",
    "ServiceUnavailable",
];

impl StoreError {
    pub fn malformed(what: impl Into<String>) -> Self {
        Self::Malformed(what.into())
    }
}

/// The outcome of a conditional write whose refusal is an answer, not a fault: `None` where the condition did not hold.
pub(crate) fn unless_refused<T, E, R>(outcome: Result<T, SdkError<E, R>>) -> Result<Option<T>, StoreError>
where
    E: Error + Send + Sync + ProvideErrorMetadata + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match outcome {
        Ok(written) => Ok(Some(written)),
        Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// From any operation of any of the SDKs.
impl<E, R> From<SdkError<E, R>> for StoreError
where
    E: Error + Send + Sync + ProvideErrorMetadata + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    fn from(error: SdkError<E, R>) -> Self {
        match &error {
            SdkError::ServiceError(refused)
                if !refused.err().code().is_some_and(|code| RETRYABLE.contains(&code)) =>
            {
                Self::Failed(error.into())
            }
            SdkError::ConstructionFailure(_) => Self::Failed(error.into()),
            _ => Self::Unavailable(error.into()),
        }
    }
}

impl From<aws_sdk_dynamodb::error::BuildError> for StoreError {
    fn from(error: aws_sdk_dynamodb::error::BuildError) -> Self {
        Self::Failed(error.into())
    }
}
