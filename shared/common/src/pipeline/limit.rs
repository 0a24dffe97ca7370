//! The rate limits of the account and the key: a place among the calls that may run at the same time, and one conditional update
//! for requests and tokens. What the cache answers takes nothing of any.

use contract::limits::{LimitClass, Rate, TierLimits};
use contract::{ErrorKind, Fault};
use store::{Ask, Windows};

use super::call::Call;
use crate::ApiError;

/// Milliseconds a place outlives the deadline of its call.
const GRACE_MS: i64 = 5_000;

pub(crate) async fn count(call: &mut Call) -> Result<(), ApiError> {
    let Some(class) = call.route.limit else { return Ok(()) };
    if !call.platform.config.rate_limits {
        return Ok(());
    }
    let scope = call.scope();
    let ask = ask(call, class, &scope);
    let rates = call.platform.store.rates();
    if call.cached {
        let windows = match known(call, &scope) {
            Some(windows) => windows,
            None => rates.look(&ask, call.started_ms).await?,
        };
        call.windows = Some(windows);
        return Ok(());
    }
    if let Some((limit, wanted)) = ask.tokens.filter(|(limit, wanted)| wanted > limit) {
        let sentence = format!("the call has {wanted} tokens, more than the limit of {limit} a minute");
        return Err(ApiError::invalid(vec![Fault::other("", sentence)]));
    }
    let windows = rates.admit(&ask, call.started_ms).await?;
    call.windows = Some(windows);
    call.platform.windows.keep(&scope, &windows, call.started_ms);
    if !windows.admitted {
        let wait = if windows.second_is_full() { 1 } else { windows.ends_in };
        return Err(ApiError::new(ErrorKind::RateLimited).retry_after(wait.into()));
    }
    Ok(())
}

fn ask<'a>(call: &'a Call, class: LimitClass, scope: &'a str) -> Ask<'a> {
    let key = call.key.as_ref();
    let own = key.and_then(|key| Some((key.id.as_str(), key.rate_limit?)));
    let rate = rate(call, class);
    let tokens = call.tier.map(|tier| (tier.tokens_per_minute, call.quoted_tokens));
    Ask { scope, class, allowance: rate.longest(), per_second: rate.per_second, tokens, key: own }
}

/// The limits of a class for the caller's account.
pub(crate) fn rate(call: &Call, class: LimitClass) -> Rate {
    match call.tier {
        Some(tier) => Rate { per_minute: Some(tier.requests_per_minute), per_hour: None, per_second: None },
        None => call.platform.config.rate(class),
    }
}

/// The windows as this process saw them last, in this minute.
fn known(call: &Call, scope: &str) -> Option<Windows> {
    call.platform.windows.find(scope, call.started_ms)
}

/// Takes a place among the calls of the account that run at the same time. Before the quote, which may read documents.
pub(crate) async fn enter(call: &mut Call) -> Result<(), ApiError> {
    let is_limited = call.route.limit.is_some() && call.platform.config.rate_limits;
    match call.tier.filter(|_| is_limited && !call.cached) {
        Some(tier) => {
            let scope = call.scope();
            take_place(call, &scope, tier).await
        }
        None => Ok(()),
    }
}

async fn take_place(call: &mut Call, scope: &str, tier: TierLimits) -> Result<(), ApiError> {
    let until_ms = call.until_ms() + GRACE_MS;
    let (rates, now_ms) = (call.platform.store.rates(), call.platform.now_ms());
    let place = rates.take_place(scope, tier.concurrent, &call.request_id, until_ms, now_ms).await?;
    call.place = place.map(|number| (scope.to_owned(), number));
    if call.place.is_some() {
        return Ok(());
    }
    let most = tier.concurrent;
    let sentence = format!("Too many calls at the same time: at most {most} of this account may run.");
    Err(ApiError::because(ErrorKind::RateLimited, sentence).retry_after(1))
}
