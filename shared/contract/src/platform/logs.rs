//! The request log.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Credits;
use crate::clock::parse_rfc3339;
use crate::fault::{Check, Fault};

/// `GET /v1/logs`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct LogQuery {
    /// RFC 3339, included. Absent: as far back as there are rows, 30 days.
    pub from: Option<String>,
    /// RFC 3339, not included. Absent: now.
    pub to: Option<String>,
    /// A status such as `404`, or a class of them such as `4xx`.
    pub status: Option<String>,
    /// Name of an endpoint, such as `image-edit`.
    #[schemars(length(min = 1, max = 100))]
    pub route: Option<String>,
    /// Id of a key.
    #[schemars(length(min = 1, max = 100))]
    pub key: Option<String>,
    /// The `X-Request-ID` of one call; the other filters count too.
    #[schemars(length(min = 1, max = 100))]
    pub request_id: Option<String>,
    #[schemars(range(min = 1, max = 100))]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before. A page may be short and still have one.
    #[schemars(length(min = 1, max = 1024))]
    pub cursor: Option<String>,
}

/// One call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LogRow {
    pub request_id: String,
    pub at: String,
    pub method: String,
    pub path: String,
    /// Name of the endpoint.
    pub route: String,
    pub status: u16,
    pub latency_ms: i64,
    pub credits: Credits,
    pub tokens: i64,
    pub key_id: String,
    /// Answered from the cache.
    pub cached: bool,
    pub error_code: Option<String>,
    /// First 2 KB of the request's body, where the key has `log_bodies`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

impl LogQuery {
    /// Smallest and largest status that is wanted.
    pub fn statuses(&self) -> Option<(u16, u16)> {
        let text = self.status.as_deref()?;
        let code = |text: &str| text.parse::<u16>().ok().filter(|code| (100..=599).contains(code));
        match text.strip_suffix("xx") {
            Some(class) => code(&format!("{class}00")).map(|least| (least, least + 99)),
            None => code(text).map(|status| (status, status)),
        }
    }
}

/// A fault unless `at` is absent or a time.
pub(super) fn check_time(field: &str, at: Option<&String>, faults: &mut Vec<Fault>) {
    if at.is_some_and(|at| parse_rfc3339(at).is_none()) {
        faults.push(Fault::other(field, "must be an RFC 3339 time"));
    }
}

/// A fault where both are times and the later one is not later.
pub(super) fn check_order(from: Option<&String>, to: Option<&String>, faults: &mut Vec<Fault>) {
    let seconds = |at: Option<&String>| at.and_then(|at| parse_rfc3339(at));
    if seconds(from).zip(seconds(to)).is_some_and(|(from, to)| from >= to) {
        faults.push(Fault::other("to", "must be later than from"));
    }
}

impl Check for LogQuery {
    fn check(&self, faults: &mut Vec<Fault>) {
        check_time("from", self.from.as_ref(), faults);
        check_time("to", self.to.as_ref(), faults);
        check_order(self.from.as_ref(), self.to.as_ref(), faults);
        if self.status.is_some() && self.statuses().is_none() {
            faults.push(Fault::other("status", "must be a status such as 404, or a class such as 4xx"));
        }
    }
}
