//! What a handler is given beside its request.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Instant;

use contract::Credits;
use store::{Hold, KeyRecord};

use crate::cache::Hit;
use crate::{ApiError, Platform};

/// The context of one call. Dereferences to the [`Platform`].
#[derive(Clone, Debug)]
pub struct Cx {
    pub platform: Arc<Platform>,
    /// `None` on routes without a key.
    pub key: Option<Arc<KeyRecord>>,
    pub request_id: String,
    pub started: Instant,
    pub deadline: Instant,
    /// Scheme and host of URLs in answers, without a slash at the end.
    pub base_url: String,
    /// The family's prefix that the call used.
    pub prefix: &'static str,
    /// Path of the call, for the functions that answer any.
    pub path: String,
    pub method: http::Method,
    pub price: Credits,
    pub hold: Option<Hold>,
    /// What the cache has of each piece of the plan.
    pub hits: Arc<[Option<Hit>]>,
    /// Whether the call came without a key, in public mode.
    pub public: bool,
}

impl Cx {
    /// The caller's key, for handlers of routes that have one.
    pub fn key(&self) -> Result<&Arc<KeyRecord>, ApiError> {
        self.key.as_ref().ok_or_else(|| ApiError::internal("a call without a key"))
    }

    /// Milliseconds since the call came in.
    pub fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// The caller's account; empty on routes without a key.
    pub fn account(&self) -> &str {
        self.key.as_ref().map_or("", |key| &key.account)
    }
}

impl Deref for Cx {
    type Target = Platform;

    fn deref(&self) -> &Platform {
        &self.platform
    }
}
