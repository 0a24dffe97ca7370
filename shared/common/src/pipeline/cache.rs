//! Answers that were given before. Look-up and write; a scope is an account, or a client without a key, and no key of one
//! is ever looked up in another.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use contract::ErrorKind;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::call::Call;
use crate::cache::Hit;
use crate::{ApiError, CacheKey};

/// Hex digits of a key that the answer shows.
const SHOWN: usize = 16;

pub(crate) async fn look_up(call: &mut Call) -> Result<(), ApiError> {
    let Some(plan) = call.cache.clone() else { return Ok(()) };
    call.hits = vec![None; plan.pieces.len()];
    if !plan.on {
        return Ok(());
    }
    remembered(call, &plan.pieces);
    if call.hits.iter().all(Option::is_some) {
        return found(call);
    }
    let name = name(call, &plan.whole);
    let platform = call.platform.clone();
    let joined = tokio::time::timeout_at(call.deadline.into(), platform.responses.join(&name)).await;
    let flight = joined.map_err(|_| ApiError::new(ErrorKind::DeadlineExceeded))?;
    // What an equal call has written while this one waited is in memory.
    remembered(call, &plan.pieces);
    stored(call, &plan.pieces).await?;
    if call.hits.iter().all(Option::is_some) {
        return found(call);
    }
    call.flight = Some(flight);
    Ok(())
}

fn found(call: &mut Call) -> Result<(), ApiError> {
    call.cached = !call.hits.is_empty();
    Ok(())
}

fn name(call: &Call, key: &CacheKey) -> String {
    format!("{}#{}", call.scope(), key.hex())
}

/// The time before which answers are too old, in milliseconds.
fn since_ms(call: &Call) -> i64 {
    call.started_ms - i64::from(call.tier.map_or(0, |tier| tier.cache_seconds)) * 1000
}

fn remembered(call: &mut Call, pieces: &[CacheKey]) {
    let since_ms = since_ms(call);
    for (index, key) in pieces.iter().enumerate() {
        if call.hits[index].is_none() {
            call.hits[index] = call.platform.responses.get(&name(call, key), since_ms);
        }
    }
}

async fn stored(call: &mut Call, pieces: &[CacheKey]) -> Result<(), ApiError> {
    let missing = pieces.iter().zip(&call.hits).filter(|(_, hit)| hit.is_none());
    let missing: BTreeSet<String> = missing.map(|(key, _)| key.hex()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let (since_ms, scope) = (since_ms(call), call.scope());
    let found = call.platform.store.cache().get(&scope, missing.into_iter().collect()).await?;
    let found: BTreeMap<String, Hit> = found
        .into_iter()
        .filter(|(_, kept)| kept.at_ms > since_ms)
        .map(|(key, kept)| (key, Hit { value: kept.value.into(), at_ms: kept.at_ms }))
        .collect();
    for (index, key) in pieces.iter().enumerate() {
        if call.hits[index].is_none()
            && let Some(hit) = found.get(&key.hex())
        {
            call.platform.responses.put(name(call, key), hit.clone());
            call.hits[index] = Some(hit.clone());
        }
    }
    Ok(())
}

/// Keeps the pieces that a call has made. What is not kept is made again.
pub(crate) async fn write(call: &mut Call, fresh: Vec<(usize, String)>) {
    let Some(plan) = call.cache.as_ref().filter(|plan| plan.on) else { return };
    let at_ms = call.started_ms;
    let (scope, seconds) = (call.scope(), call.tier.map_or(0, |tier| tier.cache_seconds));
    let mut kept = BTreeMap::new();
    for (index, value) in fresh {
        let Some(key) = plan.pieces.get(index) else { continue };
        let value: Arc<str> = value.into();
        call.platform.responses.put(name(call, key), Hit { value: value.clone(), at_ms });
        kept.insert(key.hex(), value);
    }
    let expires = at_ms / 1000 + i64::from(seconds);
    if let Err(error) = call.platform.store.cache().put(&scope, &kept, at_ms, expires).await {
        tracing::warn!(request_id = call.request_id, error = %error, "answer not kept for other calls");
    }
    call.flight = None;
}

/// The headers of a call that had a plan and succeeded.
pub(crate) fn headers(call: &Call, headers: &mut HeaderMap) {
    let Some(plan) = &call.cache else { return };
    let mut set = |name: &'static str, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    set("x-cache", if call.cached { "HIT" } else { "MISS" }.to_owned());
    set("x-cache-key", plan.whole.hex()[..SHOWN].to_owned());
    if call.cached {
        let oldest_ms = call.hits.iter().flatten().map(|hit| hit.at_ms).min().unwrap_or(call.started_ms);
        set("x-cache-age", ((call.started_ms - oldest_ms).max(0) / 1000).to_string());
    }
    set("x-tokens-used", call.tokens.to_string());
}
