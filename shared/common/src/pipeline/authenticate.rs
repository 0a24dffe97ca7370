//! Whose call it is. A malformed or mistyped key costs no look-up.

use std::sync::Arc;

use contract::limits::{LimitClass, Tier};
use contract::{ErrorKind, Family, Input, Route};
use http::HeaderMap;
use store::{KeyRecord, Secret, StoreError};

use super::call::Call;
use crate::{ApiError, HttpFunction, Platform};

pub(crate) async fn authenticate(call: &mut Call) -> Result<(), ApiError> {
    if call.route.scope.is_none() {
        return Ok(());
    }
    let by_tier = call.route.limit == Some(LimitClass::Classify);
    if is_public(&call.platform, &call.route, &call.headers) {
        call.tier = by_tier.then(|| Tier::Public.limits());
        call.public = Some(crate::client::net(&call.origin.client));
        return Ok(());
    }
    let found = find(&call.platform, call.family, &call.headers, call.started_ms).await?;
    let (secret, key) = found.ok_or_else(unauthorized)?;
    if by_tier {
        let platform = &call.platform;
        call.tier = Some(platform.tiers.of(&platform.store, &key.account, call.started_ms).await?);
    }
    call.key = Some(key);
    call.secret = Some(secret);
    Ok(())
}

/// Whether a listener should read the body of a call: only where the route takes one, and where a key is needed only of who has
/// one that may do this.
pub async fn may_send(platform: &Platform, function: &HttpFunction, headers: &HeaderMap) -> bool {
    let route = &function.route;
    if route.input == Input::Parameters {
        return false;
    }
    if is_public(platform, route, headers) {
        return true;
    }
    if route.scope.is_none() {
        return true;
    }
    // A store that does not answer is what the call itself will report.
    let found = find(platform, route.family, headers, platform.now_ms()).await;
    found.ok().flatten().is_some_and(|(_, key)| route.granted_by(&key.scopes))
}

/// Whether a call that brings no key at all is served without one.
fn is_public(platform: &Platform, route: &Route, headers: &HeaderMap) -> bool {
    route.public && platform.config.public && !headers.contains_key(http::header::AUTHORIZATION)
}

async fn find(
    platform: &Platform,
    family: Family,
    headers: &HeaderMap,
    now_ms: i64,
) -> Result<Option<(Secret, Arc<KeyRecord>)>, StoreError> {
    let Some(secret) = sent(family, headers).and_then(Secret::parse) else { return Ok(None) };
    let found = platform.keys.find(&platform.store, &secret, now_ms).await?;
    Ok(found.filter(|key| !key.revoked && !key.is_expired(now_ms)).map(|key| (secret, key)))
}

fn sent(family: Family, headers: &HeaderMap) -> Option<&str> {
    let header = |name: &str| headers.get(name)?.to_str().ok();
    let bearer = header("authorization").and_then(|value| {
        let (scheme, secret) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
    });
    match family {
        Family::Requests => header("x-api-key").or(bearer),
        _ => bearer,
    }
}

fn unauthorized() -> ApiError {
    ApiError::new(ErrorKind::Unauthorized)
        .header(http::header::WWW_AUTHENTICATE, http::HeaderValue::from_static("Bearer"))
}
