//! Failures of a call, by meaning.

use std::time::Duration;

use crate::Key;

/// What lies behind a failure; for the log.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a call to a hosted model gave no answer. Neither `Display` nor `Debug` shows the key, or text that the provider sent: some
/// repeat the key there.
#[derive(Debug, thiserror::Error)]
pub enum HostedError {
    /// The model cannot be reached, is overloaded, or failed so often of late that it is left alone. A 503.
    #[error("the hosted model is unavailable: {reason}")]
    Unavailable {
        /// What happened, in a few words.
        reason: String,
        /// When it makes sense to try again, where that is known.
        retry_after: Option<Duration>,
        /// What lies behind it.
        #[source]
        cause: Option<Cause>,
    },
    /// The model answered with an error, or with something that is no answer. A 502.
    #[error("the hosted model failed: {reason}")]
    Failed {
        /// What happened, in a few words.
        reason: String,
        /// What lies behind it.
        #[source]
        cause: Option<Cause>,
    },
    /// A limit of time was reached. A 504, or where the limit was not the caller's own, a 503.
    #[error("the hosted model took too long: {0}")]
    Timeout(Stage),
    /// The question cannot be put to this wire; nothing was sent.
    #[error("the hosted model cannot be asked this: {0}")]
    Unsuitable(&'static str),
}

/// Which limit of time was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Stage {
    /// One attempt, and it was the last.
    #[error("an attempt reached its limit")]
    Attempt,
    /// All attempts together.
    #[error("the call reached its limit")]
    Total,
    /// The caller's own deadline.
    #[error("the caller's deadline passed")]
    Deadline,
}

/// How one attempt failed.
#[derive(Debug)]
pub enum Attempt {
    /// No connection, or it broke before an answer.
    Connection(Cause),
    /// A status other than 200.
    Status {
        /// The status.
        status: u16,
        /// The provider's code for the error, as `rate_limit_exceeded`; letters, digits, `_`, `-` and `.` only.
        code: Option<String>,
        /// From `Retry-After`.
        retry_after: Option<Duration>,
    },
    /// An answer that is too large, cut off, or not what the wire's documentation says.
    Malformed(&'static str, Option<Cause>),
    /// The limit of time of one attempt.
    TooLong,
    /// The question cannot be put to this wire.
    Unsuitable(&'static str),
}

/// Only what looks like an identifier is repeated, and never the key.
pub(crate) fn is_code(code: &str, key: Option<&Key>) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    let has_key = key.is_some_and(|key| code.contains(key.expose()) || key.expose().contains(code));
    !code.is_empty() && code.len() <= 48 && code.bytes().all(plain) && !has_key
}

impl Attempt {
    /// An error status, with a code as the provider sent it; one that is no identifier, or holds the key, is left out.
    pub fn status(status: u16, code: Option<&str>, retry_after: Option<Duration>, key: Option<&Key>) -> Self {
        let code = code.filter(|code| is_code(code, key)).map(str::to_owned);
        Self::Status { status, code, retry_after }
    }

    /// Whether the same request may succeed a little later.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Connection(_) | Self::TooLong => true,
            // A quota that is used up is no burst: it does not pass within a call.
            Self::Status { status: 429, code: Some(code), .. } => code != "insufficient_quota",
            Self::Status { status, .. } => matches!(status, 408 | 429 | 500..=599),
            Self::Malformed(..) | Self::Unsuitable(_) => false,
        }
    }

    /// Whether it says that the model is not well, rather than that the request or the key is wrong.
    pub(crate) fn is_outage(&self) -> bool {
        self.is_passing() || matches!(self, Self::Malformed(..))
    }

    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

impl From<Attempt> for HostedError {
    fn from(attempt: Attempt) -> Self {
        match attempt {
            Attempt::Connection(cause) => Self::Unavailable {
                reason: "no connection".to_owned(),
                retry_after: None,
                cause: Some(cause),
            },
            Attempt::Status { status, code, retry_after, .. } => {
                let reason = match code {
                    Some(code) => format!("status {status}, {code}"),
                    None => format!("status {status}"),
                };
                match status {
                    408 => Self::Timeout(Stage::Attempt),
                    // 529 is Anthropic's word for overloaded.
                    429 | 503 | 529 => Self::Unavailable { reason, retry_after, cause: None },
                    _ => Self::Failed { reason, cause: None },
                }
            }
            Attempt::Malformed(reason, cause) => Self::Failed { reason: reason.to_owned(), cause },
            Attempt::TooLong => Self::Timeout(Stage::Attempt),
            Attempt::Unsuitable(reason) => Self::Unsuitable(reason),
        }
    }
}
