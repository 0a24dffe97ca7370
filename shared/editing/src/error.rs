use common::ApiError;
use contract::{ErrorKind, Fault};
use fetch::FetchError;
use imaging::ImagingError;

/// Why an edit failed.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("the stored file cannot be read")]
    Stored(#[source] Box<ApiError>),
    #[error(transparent)]
    Imaging(#[from] ImagingError),
    /// The engine panicked: our fault.
    #[error("the engine panicked: {0}")]
    Panicked(String),
    /// No room in the process's budget before the deadline.
    #[error("the service is busy")]
    Busy,
}

impl From<EditError> for ApiError {
    fn from(error: EditError) -> Self {
        match error {
            EditError::Fetch(error) => from_fetch(error),
            EditError::Stored(error) => *error,
            EditError::Imaging(error) => from_imaging(error),
            EditError::Panicked(_) => Self::internal(error),
            EditError::Busy => Self::new(ErrorKind::Overloaded).retry_after(2),
        }
    }
}

fn from_fetch(error: FetchError) -> ApiError {
    let kind = match &error {
        FetchError::Refused(_) | FetchError::BadUrl(_) => ErrorKind::InputRefused,
        FetchError::TooLarge { .. } => ErrorKind::InputTooLarge,
        _ => ErrorKind::InputUnreachable,
    };
    ApiError::because(kind, format!("The input could not be fetched: {error}.")).with_source(error)
}

fn from_imaging(error: ImagingError) -> ApiError {
    let sentence = error.to_string();
    match &error {
        ImagingError::NotAPicture | ImagingError::Unsupported(_) => {
            ApiError::because(ErrorKind::InputNotAPicture, format!("The input cannot be read: {sentence}."))
        }
        ImagingError::Corrupt { format, .. } => {
            ApiError::because(ErrorKind::InputCorrupt, format!("The input is a damaged {format} file."))
        }
        ImagingError::TooLarge { .. } => ApiError::invalid(vec![Fault::other("input", sentence)]),
        ImagingError::OutputTooLarge { .. } => {
            ApiError::invalid(vec![Fault::other("operations.resizing", sentence)])
        }
        ImagingError::PaddingTooLarge { .. } => {
            ApiError::invalid(vec![Fault::other("operations.padding", sentence)])
        }
        ImagingError::Invalid(path) => ApiError::invalid(vec![Fault::other(*path, sentence.clone())]),
        ImagingError::NotAvailable(path) => ApiError::invalid(vec![Fault::not_available(path.clone())]),
        ImagingError::Deadline => ApiError::new(ErrorKind::DeadlineExceeded),
        ImagingError::Internal(_) => ApiError::new(ErrorKind::Internal),
    }
    .with_source(error)
}
