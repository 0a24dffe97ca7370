//! Rates and ceilings.

use std::time::Duration;

use contract::limits::{KEYLESS_CEILING, LimitClass};
use contract::{ErrorKind, Family, Input, Route, Scope};
use futures::StreamExt;
use harness::{Answer, Call};
use store::NewKey;

use super::routes;
use crate::check::Check;
use crate::sample::{Sample, key_for};
use crate::subject::{Subject, bounded};

/// Calls that fill a ceiling at the same time.
const AT_ONCE: usize = 16;
const MINUTE_MS: i64 = 60_000;
/// What the calls of one endpoint in [`over_the_limit`] take at most, on a busy machine.
const CALLS_MS: i64 = 10_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_the_limit_is_429_with_the_familys_headers_until_the_window_ends() {
    bounded(120, async {
        let subject = Subject::limited_server().await;
        let mut check = Check::new(&subject);
        for (route, key) in over_the_limit(&mut check).await {
            subject.harness.clock.advance_ms(MINUTE_MS);
            let call = Sample::owned(&subject, route, &key).await.call(&subject).key(&key);
            check.accept(route, "a minute later", call, route.status).await;
        }
        check.finish();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_without_a_limit_has_no_rate_headers() {
    bounded(60, async {
        let subject = Subject::limited_server().await;
        let mut check = Check::new(&subject);
        for route in routes().filter(|route| route.limit.is_none()) {
            subject.harness.clock.advance_ms(2000);
            let key = key_for(&subject, route).await;
            let call = Sample::of(&subject, route).await.call(&subject).key(&key);
            let answer = check.accept(route, "a call", call, route.status).await;
            let found = rate_headers(&answer);
            check.expect(found.is_empty(), || format!("it has {found:?}"));
        }
        check.finish();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_without_a_key_have_a_ceiling_by_address_for_all_their_endpoints_together() {
    bounded(120, async {
        let subject = Subject::limited_server().await;
        let mut check = Check::new(&subject);
        let mut samples = Vec::new();
        for route in routes().filter(|route| route.scope.is_none()) {
            samples.push((route, Sample::of(&subject, route).await));
        }
        flood(KEYLESS_CEILING, || subject.call("GET", "/health").no_key()).await;
        for (route, sample) in samples {
            let call = sample.call(&subject).no_key();
            check.refuse(route, "over the ceiling", call, ErrorKind::RateLimited).await;
        }
        subject.harness.clock.advance_ms(MINUTE_MS);
        subject.call("GET", "/health").no_key().send().await.expect(200);
        check.finish();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refused_calls_count_against_the_ceiling_of_their_limit() {
    bounded(120, async {
        let subject = Subject::limited_server().await;
        let mut check = Check::new(&subject);
        for class in LimitClass::ALL {
            let ceiling = class.rate().longest().ceiling();
            let limited: Vec<&Route> = routes().filter(|route| route.limit == Some(class)).collect();
            let first = limited.first().expect("a limit that some endpoint has");
            let path = first.paths().next().expect("a path");
            let invalid = || subject.call(first.method.name(), &path).body("application/json", "{}");
            flood(ceiling, invalid).await;
            for route in limited {
                let call = subject.call(route.method.name(), &route.paths().next().expect("a path"));
                let call = match route.input {
                    Input::Multipart { .. } => call.multipart(None, None),
                    Input::Json { .. } | Input::Form { .. } | Input::Parameters => call,
                };
                let answer = check.refuse(route, "over the ceiling", call, ErrorKind::RateLimited).await;
                let found = rate_headers(&answer);
                check.expect(found.is_empty(), || format!("it never came to the limit, yet has {found:?}"));
            }
        }
        // Another account is not concerned, nor this one a minute later.
        let other = subject.harness.account("other", 10).await;
        let route = routes().find(|route| route.limit.is_some()).expect("an endpoint with a limit");
        let invalid =
            subject.call("POST", &route.paths().next().expect("a path")).body("application/json", "[]");
        invalid.clone().key(&other).send().await.expect(422);
        subject.harness.clock.advance_ms(MINUTE_MS);
        invalid.send().await.expect(422);
        check.finish();
    })
    .await;
}

async fn flood(count: u32, call: impl Fn() -> Call) {
    let calls = futures::stream::iter(0..count).map(|_| call().send()).buffer_unordered(AT_ONCE);
    calls.for_each(|_| async {}).await;
}

fn rate_headers(answer: &Answer) -> Vec<String> {
    answer.headers.keys().map(ToString::to_string).filter(|name| name.contains("ratelimit")).collect()
}

/// A key that may call each limited endpoint once a minute: of three calls, which touch two windows at most, one at
/// least is refused.
pub async fn over_the_limit(check: &mut Check<'_>) -> Vec<(&'static Route, String)> {
    let mut keys = Vec::new();
    for route in routes().filter(|route| route.limit.is_some()) {
        let harness = &check.subject.harness;
        let account = format!("limited-{}", uuid::Uuid::new_v4().simple());
        harness.account(&account, 100).await;
        let limited = NewKey {
            account: account.clone(),
            name: "limited".into(),
            scopes: vec![Scope::Admin],
            expires_at: None,
            rate_limit: Some(1),
            spend_cap: None,
            log_bodies: false,
        };
        let key = harness.key_of(limited).await;
        check.account(&account);
        within_a_minute(check.subject).await;
        let sample = uncached(route, Sample::owned(check.subject, route, &key).await);
        let mut refused = None;
        for _ in 0..3 {
            let answer = sample.call(check.subject).key(&key).send().await;
            if answer.status == 429 {
                refused = Some(answer);
                break;
            }
            in_force(check, route, &answer, 0);
        }
        let Some(_) = refused else {
            check.expect(false, || format!("{}: of three calls none was refused", route.name));
            continue;
        };
        let call = sample.call(check.subject).key(&key);
        let answer = check.refuse(route, "over the limit", call, ErrorKind::RateLimited).await;
        in_force(check, route, &answer, -1);
        let wait: u64 = answer.header("retry-after").parse().unwrap_or(0);
        check.expect((1..=60).contains(&wait), || format!("Retry-After is {wait}"));
        keys.push((route, key));
    }
    check.account("default");
    keys
}

/// Waits for the next minute where this one is nearly over: a call in a new window is not over the limit.
async fn within_a_minute(subject: &Subject) {
    let left_ms = MINUTE_MS - subject.harness.now_ms().rem_euclid(MINUTE_MS);
    if left_ms < CALLS_MS {
        tokio::time::sleep(Duration::from_millis(left_ms.unsigned_abs())).await;
    }
}

/// What the cache answers takes nothing of a limit.
pub fn uncached(route: &Route, sample: Sample) -> Sample {
    if route.family != Family::Classification || !sample.body().is_object() {
        return sample;
    }
    let mut body = sample.body();
    body["cache"] = false.into();
    sample.with(body)
}

/// The headers of a family while a limit of one call a minute is in force.
fn in_force(check: &mut Check<'_>, route: &Route, answer: &Answer, remaining: i64) {
    if route.family != Family::Images {
        return;
    }
    let second = route.limit.expect("a limit").rate().per_second.expect("one of seconds");
    let expected = format!("1, 1;w=60, {second};w=1");
    let limit = answer.header("ratelimit-limit").to_owned();
    check.expect(limit == expected, || {
        format!("{}: RateLimit-Limit is {limit:?}, not {expected:?}", route.name)
    });
    let left = answer.header("ratelimit-remaining").to_owned();
    check
        .expect(left == remaining.to_string(), || format!("{}: RateLimit-Remaining is {left:?}", route.name));
    let reset: i64 = answer.header("ratelimit-reset").parse().unwrap_or(-1);
    check.expect((1..=60).contains(&reset), || format!("{}: RateLimit-Reset is {reset}", route.name));
}
