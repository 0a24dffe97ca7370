//! The figures and words of the error catalogue that clients know, as the published interfaces have them.

use contract::{ErrorKind, Family};

#[test]
fn status_and_code_of_every_error_are_those_of_the_published_interfaces() {
    for (kind, status, code, images) in [
        (ErrorKind::Unauthorized, 401, "INVALID_API_KEY", ("111", "auth")),
        (ErrorKind::Forbidden, 403, "FORBIDDEN", ("112", "auth")),
        (ErrorKind::InsufficientCredits, 402, "INSUFFICIENT_BALANCE", ("4001", "billing")),
        (ErrorKind::MalformedBody, 400, "INVALID_JSON", ("3001", "general")),
        (ErrorKind::Validation, 422, "VALIDATION_ERROR", ("9000", "validation")),
        (ErrorKind::InputUnreachable, 400, "INPUT_UNREACHABLE", ("3101", "dlvr")),
        (ErrorKind::InputNotAPicture, 400, "UNSUPPORTED_MEDIA", ("3201", "image")),
        (ErrorKind::RouteNotFound, 404, "NOT_FOUND", ("5000", "web")),
        (ErrorKind::TaskNotFound, 404, "NOT_FOUND", ("5001", "image")),
        (ErrorKind::KeyNotFound, 404, "NOT_FOUND", ("5004", "general")),
        (ErrorKind::TaskFinished, 409, "CONFLICT", ("6001", "general")),
        (ErrorKind::IdempotencyMismatch, 409, "IDEMPOTENCY_CONFLICT", ("6002", "general")),
        (ErrorKind::MethodNotAllowed, 405, "METHOD_NOT_ALLOWED", ("7002", "web")),
        (ErrorKind::BodyTooLarge, 413, "PAYLOAD_TOO_LARGE", ("7001", "web")),
        (ErrorKind::UnsupportedMediaType, 415, "UNSUPPORTED_MEDIA_TYPE", ("7003", "web")),
        (ErrorKind::RateLimited, 429, "RATE_LIMITED", ("2001", "general")),
        (ErrorKind::Internal, 500, "INTERNAL", ("9500", "general")),
        (ErrorKind::DeadlineExceeded, 504, "DEADLINE_EXCEEDED", ("9504", "general")),
    ] {
        let row = kind.row();
        assert_eq!((row.status, row.code, row.images), (status, code, images), "{kind:?}");
    }
}

#[test]
fn the_sentences_that_clients_compare_are_word_for_word() {
    for (kind, sentence) in [
        (ErrorKind::Unauthorized, "Authorization is required."),
        (ErrorKind::Forbidden, "Not enough permissions."),
        (ErrorKind::InsufficientCredits, "No API calls left."),
        (ErrorKind::TaskNotFound, "Batch image edit pipeline not found."),
        (ErrorKind::FileNotFound, "Web image not found."),
        (ErrorKind::RateLimited, "Too Many Requests. Rate limit exceeded."),
    ] {
        assert_eq!(kind.row().message, sentence, "{kind:?}");
    }
}

#[test]
fn validation_is_400_in_the_extraction_family_and_422_elsewhere() {
    for (family, status) in [
        (Family::Images, 422),
        (Family::Classification, 422),
        (Family::Extraction, 400),
        (Family::Requests, 422),
        (Family::Platform, 422),
    ] {
        assert_eq!(ErrorKind::Validation.status(family), status, "{family:?}");
    }
}
