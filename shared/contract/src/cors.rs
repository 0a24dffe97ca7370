//! What a page of another origin may send and see. Any origin is served, without credentials.

/// Why not `*`: browsers do not count `Authorization` as part of it.
pub const ALLOWED_HEADERS: &[&str] = &[
    "Accept",
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-None-Match",
    "If-Range",
    "Range",
    "X-API-KEY",
    "X-Request-ID",
];

pub const ALLOWED_METHODS: &[&str] = &["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST"];

pub const EXPOSED_HEADERS: &[&str] = &[
    "Content-Disposition",
    "Content-Range",
    "ETag",
    "Idempotent-Replayed",
    "RateLimit-Limit",
    "RateLimit-Remaining",
    "RateLimit-Reset",
    "Retry-After",
    "X-Cache",
    "X-Cache-Age",
    "X-Cache-Key",
    "X-RateLimit-Limit",
    "X-RateLimit-Limit-Requests",
    "X-RateLimit-Limit-Tokens",
    "X-RateLimit-Remaining",
    "X-RateLimit-Remaining-Requests",
    "X-RateLimit-Remaining-Tokens",
    "X-RateLimit-Reset",
    "X-Request-ID",
    "X-Tokens-Used",
];

/// Seconds a browser may keep the answer to its preflight.
pub const MAX_AGE_SECONDS: u32 = 3600;
