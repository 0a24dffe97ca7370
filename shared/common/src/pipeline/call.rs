//! The state of one call: what came in, and what the steps have found so far.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use contract::limits::TierLimits;
use contract::uri::percent_decoded;
use contract::{Credits, Family, Route};
use http::{HeaderMap, Method};
use store::{Hold, KeyRecord, Secret, StartedCall, Windows};
use tokio::sync::OwnedMutexGuard;

use crate::cache::Hit;
use crate::function::HttpFunction;
use crate::plan::CachePlan;
use crate::request::Unread;
use crate::{Cx, Origin, Platform};

pub(crate) struct Call {
    pub platform: Arc<Platform>,
    pub route: Route,
    /// That of the route; on the default route that of the path.
    pub family: Family,
    pub request_id: String,
    pub started: Instant,
    pub started_ms: i64,
    pub deadline: Instant,
    pub method: Method,
    pub path: String,
    pub query: String,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub unread: Option<Unread>,
    pub origin: Origin,

    pub secret: Option<Secret>,
    pub key: Option<Arc<KeyRecord>>,
    pub price: Credits,
    pub windows: Option<Windows>,
    pub hold: Option<Hold>,
    pub started_call: Option<StartedCall>,
    pub charged: Credits,
    /// The client, where the call has no key and needs none: public mode.
    pub public: Option<String>,
    pub tier: Option<TierLimits>,
    pub cache: Option<CachePlan>,
    /// What the cache has of each piece.
    pub hits: Vec<Option<Hit>>,
    /// Held while equal calls wait for this one.
    pub flight: Option<OwnedMutexGuard<()>>,
    /// Tokens that count against the limit.
    pub quoted_tokens: u32,
    /// Place among the calls that run at the same time, and whose.
    pub place: Option<(String, u32)>,
    /// What a call without a key took from the daily budget.
    pub budgeted: Option<Credits>,
    /// Tokens that were paid for.
    pub tokens: i64,
    /// The model that worked on the call.
    pub model: Option<String>,
    /// Pictures or pages that it has read.
    pub images: u32,
    /// Answered from the cache.
    pub cached: bool,
}

/// Longest a patient call takes: 3000 dense pictures read on one core.
const PATIENCE: Duration = Duration::from_secs(2 * 3600);

fn time(platform: &Platform, route: &Route) -> Duration {
    if route.patient && !platform.config.in_lambda { PATIENCE } else { platform.config.call_time }
}

/// Name of the function on the default route, whose family is that of the path.
const FALLBACK: &str = contract::endpoints::FALLBACK;

impl Call {
    pub fn begin(
        platform: Arc<Platform>,
        function: &HttpFunction,
        request: http::Request<Bytes>,
        origin: Origin,
    ) -> Self {
        let (parts, body) = request.into_parts();
        let route = function.route;
        let path = trimmed(parts.uri.path());
        let (started, started_ms) = (Instant::now(), platform.now_ms());
        Self {
            family: if route.name == FALLBACK { Family::of_path(&path) } else { route.family },
            request_id: request_id(started_ms),
            started,
            started_ms,
            deadline: started + time(&platform, &route),
            method: parts.method,
            query: parts.uri.query().unwrap_or_default().to_owned(),
            path,
            headers: parts.headers,
            unread: parts.extensions.get::<Unread>().copied(),
            body,
            origin,
            route,
            platform,
            secret: None,
            key: None,
            price: Credits::ZERO,
            windows: None,
            hold: None,
            started_call: None,
            charged: Credits::ZERO,
            public: None,
            tier: None,
            cache: None,
            hits: Vec::new(),
            flight: None,
            quoted_tokens: 0,
            place: None,
            budgeted: None,
            tokens: 0,
            model: None,
            images: 0,
            cached: false,
        }
    }

    /// The deadline in milliseconds since the Unix epoch.
    pub fn until_ms(&self) -> i64 {
        let left = self.deadline.saturating_duration_since(Instant::now());
        self.platform.now_ms() + i64::try_from(left.as_millis()).unwrap_or(0)
    }

    pub fn context(&self) -> Cx {
        Cx {
            platform: self.platform.clone(),
            key: self.key.clone(),
            request_id: self.request_id.clone(),
            started: self.started,
            deadline: self.deadline,
            base_url: self.base_url(),
            prefix: self.prefix(),
            path: self.path.clone(),
            method: self.method.clone(),
            price: self.price,
            hold: self.hold.clone(),
            hits: self.hits.clone().into(),
            public: self.public.is_some(),
        }
    }

    /// Whose limits and cached answers these are: the account's, or those of a client without a key.
    pub fn scope(&self) -> String {
        match (&self.key, &self.public) {
            (Some(key), _) => key.account.clone(),
            // Why the space: no account has one in its name.
            (None, Some(client)) => format!("public {client}"),
            (None, None) => String::new(),
        }
    }

    /// Start of every URL in the answer.
    pub fn base_url(&self) -> String {
        match &self.platform.config.public_url {
            Some(url) => url.clone(),
            None => format!("{}://{}", self.origin.scheme, self.origin.host),
        }
    }

    fn prefix(&self) -> &'static str {
        let prefixes = self.route.family.prefixes();
        prefixes
            .iter()
            .copied()
            .find(|prefix| self.path.starts_with(&format!("{prefix}/")))
            .unwrap_or(prefixes[0])
    }

    /// Values of the path's parameters, percent-decoded, in the route's order.
    pub fn path_values(&self) -> Vec<(&'static str, String)> {
        let pattern = self.route.path.split('/').filter(|part| !part.is_empty());
        let below = self.path.strip_prefix(self.prefix()).unwrap_or(&self.path);
        let values = below.split('/').filter(|part| !part.is_empty());
        pattern
            .zip(values)
            .filter_map(|(part, value)| Some((part.strip_prefix('{')?.strip_suffix('}')?, decode(value))))
            .collect()
    }

    pub fn header(&self, name: impl http::header::AsHeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// A UUID that carries the time of its call, so that the row of a call is found by the id alone; 74 bits of it are random.
fn request_id(at_ms: i64) -> String {
    let (seconds, ms) = (at_ms.max(0) as u64 / 1000, at_ms.max(0) as u64 % 1000);
    let at = uuid::Timestamp::from_unix(uuid::NoContext, seconds, ms as u32 * 1_000_000);
    uuid::Uuid::new_v7(at).to_string()
}

/// A trailing slash is served like the route without it.
fn trimmed(path: &str) -> String {
    match path.trim_end_matches('/') {
        "" => "/".to_owned(),
        path => path.to_owned(),
    }
}

/// Percent-decoding; what is not UTF-8 afterwards is replaced, and so matches nothing.
pub(crate) fn decode(text: &str) -> String {
    String::from_utf8_lossy(&percent_decoded(text.as_bytes())).into_owned()
}
