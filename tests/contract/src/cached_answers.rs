//! Answers that are given again: what decides, who may see them, and calls that come together.

use futures::future::join_all;
use harness::{Answer, Harness};
use serde_json::{Value, json};

use crate::special::classify::{CLASSIFY, charged_twice, post};
use crate::subject::bounded;

const TAG: &str = "/v1/tag";

#[tokio::test]
async fn the_second_answer_is_the_first_free_and_says_how_old_it_is() {
    bounded(120, async {
        let harness = Harness::start().await;
        let first = post(&harness, CLASSIFY, charged_twice()).await.expect(200);
        let spent = harness.balance("default").await.spent;
        harness.clock.advance_ms(7_000);
        let second = post(&harness, CLASSIFY, charged_twice()).await.expect(200);
        assert_eq!((first.header("x-cache"), first.header("x-cache-age")), ("MISS", ""));
        assert_eq!((second.header("x-cache"), second.header("x-tokens-used")), ("HIT", "0"));
        assert!(matches!(second.header("x-cache-age"), "7" | "8"), "{}", second.header("x-cache-age"));
        let key = first.header("x-cache-key");
        assert!(key.len() == 16 && key == second.header("x-cache-key"));
        let (one, two) = (first.json(), second.json());
        for name in ["label", "confidence", "tokens", "confidence_method"] {
            assert_eq!(one[name], two[name], "{name}");
        }
        assert_eq!((&one["cached"], &two["cached"]), (&json!(false), &json!(true)));
        assert_eq!(harness.balance("default").await.spent, spent);
    })
    .await;
}

#[tokio::test]
async fn every_field_that_the_answer_follows_from_makes_another_key_and_the_others_none() {
    bounded(120, async {
        let harness = Harness::start().await;
        let key = async |path: &str, change: Value| {
            let mut body = charged_twice();
            for (name, value) in change.as_object().expect("an object") {
                body[name] = value.clone();
            }
            post(&harness, path, body).await.expect(200).header("x-cache-key").to_owned()
        };
        let plain = key(CLASSIFY, json!({})).await;
        for same in [
            json!({"cache": false}),
            json!({"unknown": 1}),
            json!({"priority": "standard"}),
            json!({"text_type": null}),
        ] {
            assert_eq!(key(CLASSIFY, same.clone()).await, plain, "{same}");
        }
        let mut others = vec![plain, key(TAG, json!({})).await, key(TAG, json!({"threshold": 0.1})).await];
        for change in [
            json!({"text": "another"}),
            json!({"labels": ["football", "billing", "cooking"]}),
            json!({"descriptions": {"billing": "x"}}),
            json!({"examples": {"billing": ["x"]}}),
            json!({"text_type": "mail"}),
            json!({"priority": "fast"}),
            json!({"explain": true}),
        ] {
            others.push(key(CLASSIFY, change).await);
        }
        let count = others.len();
        others.sort();
        others.dedup();
        assert_eq!(others.len(), count);
    })
    .await;
}

#[tokio::test]
async fn without_the_cache_nothing_is_read_and_nothing_kept() {
    bounded(120, async {
        let harness = Harness::start().await;
        let mut body = charged_twice();
        body["cache"] = false.into();
        for _ in 0..2 {
            let answer = post(&harness, CLASSIFY, body.clone()).await.expect(200);
            assert_eq!((answer.header("x-cache"), answer.header("x-cache-age")), ("MISS", ""));
            assert_eq!(answer.header("x-cache-key").len(), 16);
        }
        let kept = post(&harness, CLASSIFY, charged_twice()).await.expect(200);
        assert_eq!(kept.header("x-cache"), "MISS");
        assert_eq!(post(&harness, CLASSIFY, body).await.expect(200).header("x-cache"), "MISS");
    })
    .await;
}

#[tokio::test]
async fn an_answer_lives_as_long_as_its_tier_says() {
    bounded(120, async {
        let harness = Harness::start().await;
        post(&harness, CLASSIFY, charged_twice()).await.expect(200);
        harness.clock.advance_ms(3_590_000);
        assert_eq!(post(&harness, CLASSIFY, charged_twice()).await.header("x-cache"), "HIT");
        harness.clock.advance_ms(20_000);
        assert_eq!(post(&harness, CLASSIFY, charged_twice()).await.header("x-cache"), "MISS");
    })
    .await;
}

#[tokio::test]
async fn two_accounts_never_share_an_answer() {
    bounded(120, async {
        let harness = Harness::start().await;
        let other = harness.account("other", 10).await;
        post(&harness, CLASSIFY, charged_twice()).await.expect(200);
        let call = || harness.call("POST", CLASSIFY).key(&other).json(charged_twice());
        assert_eq!(call().send().await.expect(200).header("x-cache"), "MISS");
        assert!(harness.balance("other").await.spent > contract::Credits::ZERO);
        assert_eq!(call().send().await.expect(200).header("x-cache"), "HIT");
    })
    .await;
}

#[tokio::test]
async fn what_another_process_has_kept_is_found_in_the_store() {
    bounded(120, async {
        let harness = Harness::start().await;
        let first = post(&harness, CLASSIFY, charged_twice()).await.expect(200);
        // A process that has never seen the call: the same functions on the same stores, with a memory of their own.
        let lambdas = harness::Lambdas::start(&harness, &[]).await;
        let call = lambdas.call("POST", CLASSIFY).key(&harness.key).json(charged_twice());
        let second = call.send().await.expect(200);
        assert_eq!((second.header("x-cache"), second.header("x-tokens-used")), ("HIT", "0"));
        assert_eq!(second.json()["confidence"], first.json()["confidence"]);
    })
    .await;
}

fn count(answers: &[Answer], name: &str, value: &str) -> usize {
    answers.iter().filter(|answer| answer.header(name) == value).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_equal_calls_at_the_same_time_one_is_worked_on_and_paid() {
    bounded(120, async {
        let harness = Harness::start().await;
        let calls = (0..50).map(|_| post(&harness, CLASSIFY, charged_twice()));
        let answers = join_all(calls).await;
        assert!(answers.iter().all(|answer| answer.status == 200));
        assert_eq!((count(&answers, "x-cache", "MISS"), count(&answers, "x-cache", "HIT")), (1, 49));
        let tokens = answers[0].json()["tokens"].as_i64().expect("tokens");
        assert_eq!(harness.balance("default").await.spent.micro(), tokens * 200);
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_equal_calls_whose_first_fails_the_next_is_worked_on() {
    bounded(120, async {
        let harness = Harness::start().await;
        harness.account("poor", 0).await;
        let poor = harness.key_with("poor", &[contract::Scope::Classify]).await;
        let calls = (0..5).map(|_| harness.call("POST", CLASSIFY).key(&poor).json(charged_twice()).send());
        for answer in join_all(calls).await {
            answer.expect(402);
        }
        harness.grant("poor", contract::Credits::whole(1)).await;
        let calls = (0..5).map(|_| harness.call("POST", CLASSIFY).key(&poor).json(charged_twice()).send());
        let answers = join_all(calls).await;
        assert_eq!(count(&answers, "x-cache", "MISS"), 1);
    })
    .await;
}
