use std::error::Error;

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

/// From any operation of any of the SDKs.
impl<E, R> From<aws_sdk_dynamodb::error::SdkError<E, R>> for StoreError
where
    E: Error + Send + Sync + aws_sdk_dynamodb::error::ProvideErrorMetadata + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    fn from(error: aws_sdk_dynamodb::error::SdkError<E, R>) -> Self {
        use aws_sdk_dynamodb::error::SdkError;
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
