//! The catalogue of errors: one row a kind, with its status, its codes in each family and the sentence of the docs.

mod catalogue;

use crate::Family;

pub use catalogue::ERRORS;

/// What went wrong, by meaning. Details of one occurrence travel beside it, never in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    Unauthorized,
    Forbidden,
    InsufficientCredits,
    SpendCapReached,
    MalformedBody,
    Validation,
    InputUnreachable,
    InputRefused,
    InputTooLarge,
    InputNotAPicture,
    InputCorrupt,
    OutputNotWritten,
    EncryptedDocument,
    RouteNotFound,
    TaskNotFound,
    StorageNotFound,
    FileNotFound,
    KeyNotFound,
    AccountNotFound,
    ClassifierNotFound,
    JobNotFound,
    UploadNotFound,
    UploadMissing,
    ResourceNotFound,
    ModelExists,
    TooManyModels,
    StorageExists,
    StorageChanged,
    TooManyStorages,
    OutputExists,
    WebhookNotFound,
    DeliveryNotFound,
    TooManyWebhooks,
    WebhookDisabled,
    TaskFinished,
    JobState,
    UploadArrived,
    BatchConcurrencyLimit,
    GrantBelowZero,
    KeyChanged,
    ClassifierChanged,
    IdempotencyMismatch,
    IdempotencyRunning,
    MethodNotAllowed,
    BodyTooLarge,
    UnsupportedMediaType,
    RateLimited,
    UploadQuotaReached,
    ModelFailed,
    ModelUnavailable,
    ExtractionFailed,
    Internal,
    Overloaded,
    DeadlineExceeded,
}

/// One row of the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct ErrorRow {
    pub kind: ErrorKind,
    pub status: u16,
    /// `code` of the classification and platform families, where several kinds may share one; also the anchor in
    /// `/docs/errors`.
    pub code: &'static str,
    /// `error_code` and `error_type` of the images family.
    pub images: (&'static str, &'static str),
    /// What the client reads when the occurrence has nothing more precise to say.
    pub message: &'static str,
    /// The sentence of the docs: when it happens and what to do.
    pub docs: &'static str,
}

impl ErrorRow {
    /// Name of this row alone: the code, with the images family's behind it where an earlier row has the same one.
    pub fn anchor(&self) -> String {
        match ERRORS.iter().find(|row| row.code == self.code) {
            Some(first) if first.kind != self.kind => format!("{}-{}", self.code, self.images.0),
            _ => self.code.to_owned(),
        }
    }
}

impl ErrorKind {
    pub fn row(self) -> &'static ErrorRow {
        // Why: the table is complete by test; the fallback keeps this total without a panic.
        ERRORS.iter().find(|row| row.kind == self).unwrap_or(&ERRORS[ERRORS.len() - 3])
    }

    pub fn status(self, family: Family) -> u16 {
        match self {
            Self::Validation => family.validation_status(),
            _ => self.row().status,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_kind_has_one_row_and_no_code_of_images_stands_twice() {
        let kinds: HashSet<_> = ERRORS.iter().map(|row| row.kind).collect();
        let images: HashSet<_> = ERRORS.iter().map(|row| row.images.0).collect();
        // Why: `DeadlineExceeded` is the last variant, so its number tells how many there are.
        let variants = ErrorKind::DeadlineExceeded as usize + 1;
        assert_eq!((kinds.len(), images.len()), (variants, variants));
        assert_eq!(ERRORS.len(), variants);
        assert_eq!(ERRORS[ERRORS.len() - 3].kind, ErrorKind::Internal);
    }
}
