//! Classify and tag without a key.

use contract::{Credits, ErrorKind};
use harness::{Answer, Harness};
use serde_json::{Value, json};

use crate::special::assert_kind;
use crate::special::classify::{CLASSIFY, charged_twice};
use crate::subject::bounded;

async fn public(change: impl FnOnce(&mut harness::ServeOptions)) -> Harness {
    Harness::with(|options| {
        options.config.public = true;
        options.config.trust_proxy = true;
        change(options);
    })
    .await
}

async fn ask(harness: &Harness, client: &str, body: Value) -> Answer {
    harness.call("POST", CLASSIFY).no_key().header("x-forwarded-for", client).json(body).send().await
}

#[tokio::test]
async fn it_is_off_unless_it_is_asked_for_and_a_key_that_is_sent_must_be_one() {
    bounded(120, async {
        let off = Harness::start().await;
        let refused = off.call("POST", CLASSIFY).no_key().json(charged_twice()).send().await;
        assert_kind(&refused, ErrorKind::Unauthorized);
        let harness = public(|_| {}).await;
        for path in [CLASSIFY, "/v1/tag"] {
            harness.call("POST", path).no_key().json(charged_twice()).send().await.expect(200);
            let wrong = harness.call("POST", path).header("authorization", "Bearer x").json(charged_twice());
            assert_kind(&wrong.send().await, ErrorKind::Unauthorized);
        }
        for path in ["/v1/classify/batch", "/v1/classifiers", "/v1/keys"] {
            let refused = harness.call("POST", path).no_key().json(charged_twice()).send().await;
            assert_kind(&refused, ErrorKind::Unauthorized);
        }
    })
    .await;
}

#[tokio::test]
async fn without_a_key_only_texts_are_taken() {
    bounded(60, async {
        let harness = public(|_| {}).await;
        for change in [
            json!({"image": "https://example.com/x.jpg"}),
            json!({"file": "aGVsbG8="}),
            json!({"classifier": "tickets", "labels": []}),
        ] {
            let mut body = charged_twice();
            for (name, value) in change.as_object().expect("an object") {
                body[name] = value.clone();
            }
            assert_kind(&ask(&harness, "192.0.2.1", body).await, ErrorKind::Unauthorized);
        }
        let call =
            harness.call("POST", CLASSIFY).no_key().header("idempotency-key", "x").json(charged_twice());
        assert_kind(&call.send().await, ErrorKind::Unauthorized);
    })
    .await;
}

#[tokio::test]
async fn answers_are_kept_by_address_and_by_the_64_of_ipv6_and_never_for_accounts() {
    bounded(120, async {
        let harness = public(|_| {}).await;
        for (client, cache) in [
            ("192.0.2.1", "MISS"),
            ("192.0.2.1", "HIT"),
            ("192.0.2.2", "MISS"),
            ("2001:db8:1:2::1", "MISS"),
            ("2001:db8:1:2:ffff::9", "HIT"),
            ("2001:db8:1:3::1", "MISS"),
        ] {
            let answer = ask(&harness, client, charged_twice()).await.expect(200);
            assert_eq!(answer.header("x-cache"), cache, "{client}");
        }
        let keyed = harness.call("POST", CLASSIFY).json(charged_twice()).send().await.expect(200);
        assert_eq!(keyed.header("x-cache"), "MISS");
        harness.clock.advance_ms(301_000);
        let late = ask(&harness, "192.0.2.1", charged_twice()).await.expect(200);
        assert_eq!(late.header("x-cache"), "MISS");
    })
    .await;
}

#[tokio::test]
async fn calls_are_limited_by_address() {
    bounded(120, async {
        let harness = public(|options| options.config.rate_limits = true).await;
        harness.clock.advance_ms(60_000 - harness.now_ms() % 60_000 + 1000);
        let body = |number: usize| json!({"text": format!("hello {number}"), "labels": ["one", "two"]});
        for number in 0..30 {
            let answer = ask(&harness, "192.0.2.1", body(number)).await.expect(200);
            assert_eq!(answer.header("x-ratelimit-limit-requests"), "30");
        }
        assert_kind(&ask(&harness, "192.0.2.1", body(30)).await, ErrorKind::RateLimited);
        ask(&harness, "192.0.2.2", body(30)).await.expect(200);
        harness.call("POST", CLASSIFY).json(body(31)).send().await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn the_days_budget_is_shared_and_refills_at_midnight() {
    bounded(120, async {
        let tokens = 3 * 200;
        let harness = public(|options| options.config.public_budget = Credits::from_micro(2 * tokens)).await;
        // Into the begin of a day.
        harness.clock.advance_ms(86_400_000 - harness.now_ms() % 86_400_000 + 1000);
        let body = |text: &str| json!({"text": text, "labels": ["one", "two"]});
        ask(&harness, "192.0.2.1", body("hello")).await.expect(200);
        ask(&harness, "192.0.2.2", body("hello")).await.expect(200);
        let refused = ask(&harness, "192.0.2.3", body("hello")).await;
        assert_kind(&refused, ErrorKind::RateLimited);
        let wait: i64 = refused.header("retry-after").parse().expect("seconds");
        assert!((86_000..=86_400).contains(&wait), "{wait}");
        assert_eq!(ask(&harness, "192.0.2.1", body("hello")).await.expect(200).header("x-cache"), "HIT");
        harness.clock.advance_ms(86_400_000);
        ask(&harness, "192.0.2.3", body("hello")).await.expect(200);
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test]
async fn forwarded_addresses_count_only_from_proxies_that_are_known() {
    bounded(120, async {
        for (proxies, cache) in [(vec![], "MISS"), (vec!["127.0.0.1"], "MISS"), (vec!["192.0.2.9"], "HIT")] {
            let harness = public(|options| {
                options.config.proxies =
                    proxies.iter().map(|address| address.parse().expect("an address")).collect();
            })
            .await;
            ask(&harness, "192.0.2.1", charged_twice()).await.expect(200);
            let other = ask(&harness, "192.0.2.2", charged_twice()).await.expect(200);
            assert_eq!(other.header("x-cache"), cache, "{proxies:?}");
        }
    })
    .await;
}
