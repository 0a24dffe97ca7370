//! The catalogue of errors: one row a kind, with its status, its codes in each family and the sentence of the docs.

use crate::Family;

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
    RouteNotFound,
    TaskNotFound,
    FileNotFound,
    KeyNotFound,
    AccountNotFound,
    TaskFinished,
    GrantBelowZero,
    KeyChanged,
    IdempotencyMismatch,
    IdempotencyRunning,
    MethodNotAllowed,
    BodyTooLarge,
    UnsupportedMediaType,
    RateLimited,
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

const fn row(
    kind: ErrorKind,
    status: u16,
    code: &'static str,
    images: (&'static str, &'static str),
    message: &'static str,
    docs: &'static str,
) -> ErrorRow {
    ErrorRow { kind, status, code, images, message, docs }
}

/// Every kind, once. A test holds it complete.
pub const ERRORS: &[ErrorRow] = &[
    row(
        ErrorKind::Unauthorized,
        401,
        "INVALID_API_KEY",
        ("111", "auth"),
        "Authorization is required.",
        "The key is missing, mistyped, expired or revoked. Send `Authorization: Bearer atl_live_...`.",
    ),
    row(
        ErrorKind::Forbidden,
        403,
        "FORBIDDEN",
        ("112", "auth"),
        "Not enough permissions.",
        "The key is valid and lacks the scope of this route. Use a key that has it.",
    ),
    row(
        ErrorKind::InsufficientCredits,
        402,
        "INSUFFICIENT_BALANCE",
        ("4001", "billing"),
        "No API calls left.",
        "The balance does not cover the price of the call. Nothing was charged.",
    ),
    row(
        ErrorKind::SpendCapReached,
        402,
        "SPEND_CAP_REACHED",
        ("4002", "billing"),
        "The key's monthly spend cap is reached.",
        "The key's `spend_cap` for this calendar month (UTC) does not cover the call. Nothing was charged.",
    ),
    row(
        ErrorKind::MalformedBody,
        400,
        "INVALID_JSON",
        ("3001", "general"),
        "The body is not valid JSON.",
        "The body could not be parsed as the content type says.",
    ),
    row(
        ErrorKind::Validation,
        422,
        "VALIDATION_ERROR",
        ("9000", "validation"),
        "The request is not valid.",
        "One or more fields break a rule. Every fault of the request is listed with its path.",
    ),
    row(
        ErrorKind::InputUnreachable,
        400,
        "INPUT_UNREACHABLE",
        ("3101", "dlvr"),
        "The input could not be fetched.",
        "The address does not resolve, does not answer in time, or answers with an error.",
    ),
    row(
        ErrorKind::InputRefused,
        400,
        "INPUT_REFUSED",
        ("3102", "dlvr"),
        "The input's address is not allowed.",
        "Only public http and https addresses are fetched.",
    ),
    row(
        ErrorKind::InputTooLarge,
        400,
        "INPUT_TOO_LARGE",
        ("3103", "dlvr"),
        "The input is too large.",
        "The file is over the size limit of its kind; `GET /v1/limits` lists them.",
    ),
    row(
        ErrorKind::InputNotAPicture,
        400,
        "UNSUPPORTED_MEDIA",
        ("3201", "image"),
        "The input is not a picture in a supported format.",
        "The content, not the name, decides. `GET /v1/limits` lists the formats.",
    ),
    row(
        ErrorKind::InputCorrupt,
        400,
        "CORRUPT_MEDIA",
        ("3202", "image"),
        "The input picture is damaged.",
        "The file starts like a picture and cannot be decoded to its end.",
    ),
    row(
        ErrorKind::RouteNotFound,
        404,
        "NOT_FOUND",
        ("5000", "web"),
        "Not found.",
        "No such route. `GET /openapi.json` lists all of them.",
    ),
    row(
        ErrorKind::TaskNotFound,
        404,
        "NOT_FOUND",
        ("5001", "image"),
        "Batch image edit pipeline not found.",
        "No task with this id belongs to your account.",
    ),
    row(
        ErrorKind::FileNotFound,
        404,
        "NOT_FOUND",
        ("5003", "web"),
        "Web image not found.",
        "The link is not valid, has expired, or its file was deleted.",
    ),
    row(
        ErrorKind::KeyNotFound,
        404,
        "NOT_FOUND",
        ("5004", "general"),
        "Key not found.",
        "No key with this id belongs to your account.",
    ),
    row(
        ErrorKind::AccountNotFound,
        404,
        "NOT_FOUND",
        ("5005", "general"),
        "Account not found.",
        "The operator named an account that does not exist.",
    ),
    row(
        ErrorKind::TaskFinished,
        409,
        "CONFLICT",
        ("6001", "general"),
        "The task has already ended.",
        "Only a task that is accepted or in work can be cancelled.",
    ),
    row(
        ErrorKind::GrantBelowZero,
        409,
        "CONFLICT",
        ("6004", "billing"),
        "The grant would take the balance below zero.",
        "A negative grant may take at most what is available.",
    ),
    row(
        ErrorKind::KeyChanged,
        409,
        "CONFLICT",
        ("6005", "general"),
        "The key was changed by another call meanwhile.",
        "Look at the key again and repeat the change if it is still wanted.",
    ),
    row(
        ErrorKind::IdempotencyMismatch,
        409,
        "IDEMPOTENCY_CONFLICT",
        ("6002", "general"),
        "This Idempotency-Key was used with another request.",
        "A key stands for one request for 24 hours. Use a new key for a new request.",
    ),
    row(
        ErrorKind::IdempotencyRunning,
        409,
        "IDEMPOTENCY_CONFLICT",
        ("6003", "general"),
        "The first request with this Idempotency-Key is still running.",
        "Wait for `Retry-After` seconds and send the same request again.",
    ),
    row(
        ErrorKind::MethodNotAllowed,
        405,
        "METHOD_NOT_ALLOWED",
        ("7002", "web"),
        "Method not allowed.",
        "The path exists with other methods; `Allow` lists them.",
    ),
    row(
        ErrorKind::BodyTooLarge,
        413,
        "PAYLOAD_TOO_LARGE",
        ("7001", "web"),
        "The body is too large. Send large inputs by URL.",
        "The body is over the route's limit. Send large inputs by URL.",
    ),
    row(
        ErrorKind::UnsupportedMediaType,
        415,
        "UNSUPPORTED_MEDIA_TYPE",
        ("7003", "web"),
        "Unsupported content type.",
        "The route takes another content type than the one sent.",
    ),
    row(
        ErrorKind::RateLimited,
        429,
        "RATE_LIMITED",
        ("2001", "general"),
        "Too Many Requests. Rate limit exceeded.",
        "Wait for `Retry-After` seconds. A refused call costs nothing.",
    ),
    row(
        ErrorKind::Internal,
        500,
        "INTERNAL",
        ("9500", "general"),
        "Internal error.",
        "Our fault. Nothing was charged; name the `X-Request-ID` when you report it.",
    ),
    row(
        ErrorKind::Overloaded,
        503,
        "OVERLOADED",
        ("9503", "general"),
        "The service is busy. Try again shortly.",
        "Wait for `Retry-After` seconds. Nothing was charged.",
    ),
    row(
        ErrorKind::DeadlineExceeded,
        504,
        "DEADLINE_EXCEEDED",
        ("9504", "general"),
        "The call took too long.",
        "The work did not fit into the time of a call. Nothing was charged; use the asynchronous route.",
    ),
];

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
