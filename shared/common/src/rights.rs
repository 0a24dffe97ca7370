//! Rights of keys may only shrink: what a key may be given, judged by the key it is measured against.

use contract::clock::parse_rfc3339;
use contract::{Credits, ErrorKind, Fault, Scope};
use store::KeyRecord;

use crate::ApiError;

/// The rights a request asks for; absent fields ask for nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    pub scopes: Option<&'a [Scope]>,
    pub expires_at: Option<&'a str>,
    pub rate_limit: Option<u32>,
    pub spend_cap: Option<Credits>,
}

impl Wanted<'_> {
    /// Unix seconds. Validation has seen that it is a time.
    pub fn expires_at(&self) -> Option<i64> {
        self.expires_at.and_then(parse_rfc3339)
    }

    /// Every field that asks for more than `key` has.
    pub fn beyond(&self, key: &KeyRecord, now_ms: i64) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut refuse = |path: &str, sentence: &str| faults.push(Fault::other(path, sentence));
        if self.scopes.is_some_and(<[Scope]>::is_empty) {
            refuse("scopes", "must name at least one scope");
        }
        if self.scopes.into_iter().flatten().any(|scope| !scope.granted_by(&key.scopes)) {
            refuse("scopes", "must be among the scopes of the key that is asking or changed");
        }
        if let Some(at) = self.expires_at() {
            if at * 1000 <= now_ms {
                refuse("expires_at", "must be in the future");
            }
            if key.expires_at.is_some_and(|limit| at > limit) {
                refuse("expires_at", "must not be later than the key's own");
            }
        }
        if self.rate_limit.zip(key.rate_limit).is_some_and(|(wanted, limit)| wanted > limit) {
            refuse("rate_limit", "must not be above the key's own");
        }
        if self.spend_cap.zip(key.spend_cap).is_some_and(|(wanted, limit)| wanted > limit) {
            refuse("spend_cap", "must not be above the key's own");
        }
        faults
    }
}

/// Refuses unless `key` may do nothing that `holder` may not: only then may the holder change or revoke it, or be given its
/// secret.
pub fn must_cover(holder: &KeyRecord, key: &KeyRecord) -> Result<(), ApiError> {
    if covers(holder, key) {
        return Ok(());
    }
    Err(ApiError::because(ErrorKind::Forbidden, "The key has rights that the key asking does not have."))
}

fn covers(holder: &KeyRecord, key: &KeyRecord) -> bool {
    let within = |limit: Option<i64>, value: Option<i64>| {
        limit.is_none_or(|limit| value.is_some_and(|value| value <= limit))
    };
    key.scopes.iter().all(|scope| scope.granted_by(&holder.scopes))
        && within(holder.expires_at, key.expires_at)
        && within(holder.rate_limit.map(i64::from), key.rate_limit.map(i64::from))
        && within(holder.spend_cap.map(Credits::micro), key.spend_cap.map(Credits::micro))
}
