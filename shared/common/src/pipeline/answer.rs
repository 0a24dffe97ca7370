//! A finished answer and the headers every answer has.

use std::sync::LazyLock;

use bytes::Bytes;
use contract::Family;
use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use store::Windows;

use super::call::Call;
use crate::Body;

#[derive(Debug)]
pub(crate) struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Body,
    pub error_code: Option<&'static str>,
}

impl Reply {
    pub fn new(status: u16, media: &str, body: Body) -> Self {
        let mut headers = HeaderMap::new();
        let media =
            HeaderValue::from_str(media).unwrap_or(HeaderValue::from_static("application/octet-stream"));
        headers.insert(CONTENT_TYPE, media);
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::OK),
            headers,
            body,
            error_code: None,
        }
    }

    pub fn json(status: u16, body: String) -> Self {
        Self::new(status, "application/json", Body::Bytes(Bytes::from(body)))
    }

    pub fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        self
    }

    pub fn text(&self) -> Option<&str> {
        match &self.body {
            Body::Bytes(bytes) => std::str::from_utf8(bytes).ok(),
            Body::Stream { .. } => None,
        }
    }
}

/// Headers a browser may read, as a header's value.
pub static EXPOSED: LazyLock<HeaderValue> = LazyLock::new(|| {
    let all = contract::cors::EXPOSED_HEADERS.join(", ");
    HeaderValue::from_str(&all).expect("names of headers and commas are a header's value")
});

pub(crate) fn finish(call: &Call, reply: Reply) -> http::Response<Body> {
    let Reply { status, mut headers, mut body, .. } = reply;
    if let Ok(id) = HeaderValue::from_str(&call.request_id) {
        headers.insert("x-request-id", id);
    }
    if let Some(windows) = &call.windows {
        rate_headers(call.family, windows, call.started_ms, &mut headers);
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    if !call.platform.config.in_lambda {
        // Why not in a Lambda: the gateway adds these itself, and would send them twice.
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED.clone());
    }
    let head = call.method == http::Method::HEAD;
    // Why not a stream in a Lambda: there it is collected, and the gateway counts the bytes.
    let counted = head || (matches!(body, Body::Stream { .. }) && !call.platform.config.in_lambda);
    if let Some(length) = body.length().filter(|_| counted) {
        headers.insert(CONTENT_LENGTH, length.into());
    }
    if head {
        body = Body::Bytes(Bytes::new());
    }
    let mut response = http::Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// The window in force is the one nearer to its end.
fn rate_headers(family: Family, windows: &Windows, now_ms: i64, headers: &mut HeaderMap) {
    let pairs = match family {
        Family::Images => of_images(windows),
        Family::Extraction | Family::Requests => vec![
            ("x-ratelimit-limit", windows.main.limit.to_string()),
            ("x-ratelimit-remaining", windows.main.left().to_string()),
        ],
        Family::Classification => of_classification(windows, now_ms),
        Family::Platform => Vec::new(),
    };
    for (name, value) in pairs {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
}

fn of_images(windows: &Windows) -> Vec<(&'static str, String)> {
    let minute = windows.main;
    let second = windows.second.filter(|second| second.left() < minute.left());
    let (window, reset) = second.map_or((minute, windows.ends_in), |second| (second, 1));
    let remaining = if windows.admitted { i64::from(window.left()) } else { -1 };
    let per_second = windows.second.map(|second| format!(", {};w=1", second.limit)).unwrap_or_default();
    vec![
        ("ratelimit-limit", format!("{}, {};w=60{per_second}", window.limit, minute.limit)),
        ("ratelimit-remaining", remaining.to_string()),
        ("ratelimit-reset", reset.to_string()),
    ]
}

fn of_classification(windows: &Windows, now_ms: i64) -> Vec<(&'static str, String)> {
    let mut pairs = vec![
        ("x-ratelimit-limit-requests", windows.main.limit.to_string()),
        ("x-ratelimit-remaining-requests", windows.main.left().to_string()),
        ("x-ratelimit-reset", (now_ms.div_euclid(1000) + i64::from(windows.ends_in)).to_string()),
    ];
    if let Some(tokens) = windows.tokens {
        pairs.push(("x-ratelimit-limit-tokens", tokens.limit.to_string()));
        pairs.push(("x-ratelimit-remaining-tokens", tokens.left().to_string()));
    }
    pairs
}
