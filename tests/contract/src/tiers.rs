//! Limits of classify and tag: requests, tokens and calls at the same time, by tier.

use contract::ErrorKind;
use contract::limits::Tier;
use futures::future::join_all;
use harness::{Answer, Harness};
use serde_json::{Value, json};
use store::accounts::{OwnLimits, set_tier};

use crate::special::assert_kind;
use crate::special::classify::{CLASSIFY, post};
use crate::subject::bounded;

const MINUTE_MS: i64 = 60_000;

async fn limited(own: OwnLimits) -> Harness {
    let harness = Harness::with(|options| options.config.rate_limits = true).await;
    let known = set_tier(harness.store(), "default", Tier::Enterprise, own).await.expect("a tier");
    assert!(known);
    // Into the begin of a minute, so that no window ends in the middle of a test.
    harness.clock.advance_ms(MINUTE_MS - harness.now_ms() % MINUTE_MS + 1000);
    harness
}

fn ask(number: usize) -> Value {
    json!({"text": format!("hello {number}"), "labels": ["one", "two"]})
}

fn header(answer: &Answer, name: &str) -> i64 {
    answer.header(name).parse().unwrap_or_else(|_| panic!("{name} is {:?}", answer.header(name)))
}

fn remaining(answer: &Answer) -> (i64, i64) {
    (header(answer, "x-ratelimit-remaining-requests"), header(answer, "x-ratelimit-remaining-tokens"))
}

#[tokio::test]
async fn headers_tell_the_limits_of_the_tier_and_what_is_left() {
    bounded(120, async {
        let harness = limited(OwnLimits::default()).await;
        let first = post(&harness, CLASSIFY, ask(1)).await.expect(200);
        let limits = Tier::Enterprise.limits();
        assert_eq!(header(&first, "x-ratelimit-limit-requests"), i64::from(limits.requests_per_minute));
        assert_eq!(header(&first, "x-ratelimit-limit-tokens"), i64::from(limits.tokens_per_minute));
        let tokens = header(&first, "x-tokens-used");
        assert_eq!(remaining(&first), (999, 10_000_000 - tokens));
        let reset = header(&first, "x-ratelimit-reset") - harness.now_ms() / 1000;
        assert!((1..=60).contains(&reset), "{reset}");
        let hit = post(&harness, CLASSIFY, ask(1)).await.expect(200);
        assert_eq!((hit.header("x-cache"), remaining(&hit)), ("HIT", remaining(&first)));
        assert_eq!(remaining(&post(&harness, CLASSIFY, ask(2)).await.expect(200)).0, 998);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_calls_at_the_same_time_as_many_pass_as_the_limit_of_requests_says() {
    bounded(120, async {
        let harness = limited(OwnLimits {
            requests_per_minute: Some(20),
            concurrent: Some(50),
            ..OwnLimits::default()
        })
        .await;
        let answers = join_all((0..50).map(|number| post(&harness, CLASSIFY, ask(number)))).await;
        let passed = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(passed, 20);
        for refused in answers.iter().filter(|answer| answer.status != 200) {
            assert_kind(refused, ErrorKind::RateLimited);
            assert!((1..=60).contains(&header(refused, "retry-after")));
            assert_eq!(header(refused, "x-ratelimit-remaining-requests"), 0);
            assert!(refused.header("x-cache").is_empty());
        }
        let free = answers.iter().position(|answer| answer.status == 200).expect("one that passed");
        assert_eq!(post(&harness, CLASSIFY, ask(free)).await.expect(200).header("x-cache"), "HIT");
        harness.clock.advance_ms(MINUTE_MS);
        post(&harness, CLASSIFY, ask(100)).await.expect(200);
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test]
async fn tokens_are_limited_too_and_a_call_that_alone_exceeds_the_limit_is_422() {
    bounded(120, async {
        let harness = limited(OwnLimits { tokens_per_minute: Some(10), ..OwnLimits::default() }).await;
        // "hello 1", "one" and "two" are four tokens.
        for left in [6, 2] {
            let answer = post(&harness, CLASSIFY, ask(left)).await.expect(200);
            assert_eq!(remaining(&answer).1, left as i64);
        }
        let refused = post(&harness, CLASSIFY, ask(3)).await;
        assert_kind(&refused, ErrorKind::RateLimited);
        assert_eq!(remaining(&refused).1, 2);
        let long = json!({"text": "hello ".repeat(20), "labels": ["one", "two"]});
        let refused = post(&harness, CLASSIFY, long).await;
        assert_kind(&refused, ErrorKind::Validation);
        assert!(refused.json()["detail"].as_str().is_some_and(|detail| detail.contains("22 tokens")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_the_same_time_no_more_run_than_the_tier_has_places_and_places_come_free() {
    bounded(120, async {
        let harness = limited(OwnLimits { concurrent: Some(2), ..OwnLimits::default() }).await;
        let answers = join_all((0..50).map(|number| post(&harness, CLASSIFY, ask(number)))).await;
        let passed = answers.iter().filter(|answer| answer.status == 200).count();
        assert!(passed >= 2, "{passed}");
        for refused in answers.iter().filter(|answer| answer.status != 200) {
            assert_kind(refused, ErrorKind::RateLimited);
            assert_eq!(header(refused, "retry-after"), 1);
        }
        // One after the other there is always a place.
        for number in 100..110 {
            post(&harness, CLASSIFY, ask(number)).await.expect(200);
        }
    })
    .await;
}

#[tokio::test]
async fn a_place_is_taken_once_and_comes_free_by_its_end_or_its_holder() {
    bounded(60, async {
        let harness = Harness::start().await;
        let (rates, now_ms) = (harness.store().rates(), harness.now_ms());
        let take = async |holder: &str, at_ms: i64| {
            rates.take_place("someone", 2, holder, at_ms + 1000, at_ms).await.expect("an answer")
        };
        let (first, second) =
            (take("a", now_ms).await.expect("a place"), take("b", now_ms).await.expect("a place"));
        assert_ne!(first, second);
        assert_eq!(take("c", now_ms).await, None);
        rates.leave_place("someone", first, "b").await.expect("left");
        assert_eq!(take("c", now_ms).await, None, "a place that is left by another stays taken");
        rates.leave_place("someone", first, "a").await.expect("left");
        assert_eq!(take("c", now_ms).await, Some(first));
        assert!(take("d", now_ms + 2000).await.is_some());
    })
    .await;
}
