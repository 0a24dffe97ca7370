//! Models that fail: each call is one plain error, free, and asks no oftener than it may.

use std::time::{Duration, Instant};

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use contract::Credits;
use harness::ModelAnswer;
use hosted::{HostedConfig, Wire};
use serde_json::json;

use super::wires::{End, WIRES, fails, says};
use super::{IMAGE, asking, call, schema};
use crate::subject::bounded;

/// Attempts of a question that may pass: the first and two repeats.
const ALL: usize = 3;

/// A failure: what the model answers, how often it is asked, and the wait that the client is told.
struct Failure {
    name: &'static str,
    reply: fn(Wire) -> ModelAnswer,
    asked: usize,
    wait: &'static str,
}

const WHOLE: &str = "{\"total\": 11.77, \"shop\": \"Lighting Norvia\"}";

const FAILURES: [Failure; 9] = [
    Failure {
        name: "refused",
        reply: |wire| says(wire, "I cannot help with that.", End::Refused),
        asked: 1,
        wait: "",
    },
    Failure { name: "empty", reply: |wire| says(wire, "", End::Whole), asked: 1, wait: "" },
    Failure { name: "cut off at once", reply: |wire| says(wire, "", End::CutOff), asked: 1, wait: "" },
    Failure { name: "400", reply: |wire| fails(wire, 400), asked: 1, wait: "" },
    Failure { name: "500", reply: |wire| fails(wire, 500), asked: ALL, wait: "" },
    Failure { name: "429 for long", reply: |wire| fails(wire, 429).retry_after("30"), asked: 1, wait: "30" },
    Failure { name: "no JSON", reply: |_| ModelAnswer::page("<html>Sign in</html>"), asked: 1, wait: "" },
    Failure {
        name: "hanging",
        reply: |wire| says(wire, WHOLE, End::Whole).after(Duration::from_secs(60)),
        asked: ALL,
        wait: "10",
    },
    Failure {
        name: "connection lost",
        reply: |wire| says(wire, WHOLE, End::Whole).breaking_off(),
        asked: ALL,
        wait: "10",
    },
];

/// A hanging model is given up soon; all else has time.
fn impatient(failure: &Failure) -> impl FnOnce(&mut HostedConfig) {
    let attempt = if failure.name == "hanging" { Duration::from_millis(300) } else { Duration::from_secs(5) };
    move |config| config.attempt = attempt
}

async fn on(wire: Wire) {
    for failure in &FAILURES {
        let what = format!("{wire:?}, {}", failure.name);
        let reply = (failure.reply)(wire);
        let body = asking(1, json!({"schema": schema()}));
        let called = call((wire, IMAGE), body, impatient(failure), move |_| reply.clone()).await;
        let answer = called.answer;
        assert_eq!(answer.status, 500, "{what}: {}", answer.text());
        let said = answer.json();
        let sentence = said["error"].as_str().unwrap_or_default();
        assert!(sentence.starts_with("Failed to extract image data: "), "{what}: {said}");
        assert_eq!(said.as_object().map(serde_json::Map::len), Some(1), "{what}: {said}");
        assert!(!sentence.contains("provider") && !sentence.contains("Sign in"), "{what}: {said}");
        assert_eq!(answer.header("retry-after"), failure.wait, "{what}");
        assert_eq!((called.asked.len(), called.spent), (failure.asked, Credits::ZERO), "{what}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_of_an_openai_compatible_model_is_500_and_free_and_repeated_only_where_it_may_pass() {
    bounded(300, on(Wire::OpenAi)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_of_gemini_is_500_and_free_and_repeated_only_where_it_may_pass() {
    bounded(300, on(Wire::Gemini)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_of_anthropic_is_500_and_free_and_repeated_only_where_it_may_pass() {
    bounded(300, on(Wire::Anthropic)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_of_bedrock_is_500_and_free_and_repeated_only_where_it_may_pass() {
    bounded(300, on(Wire::Bedrock)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_passes_is_waited_for_as_long_as_the_provider_asks_and_then_answered() {
    bounded(300, async {
        for wire in WIRES {
            let first = AtomicUsize::new(0);
            let begun = Instant::now();
            let reply = move |_: &harness::Question| match first.fetch_add(1, SeqCst) {
                0 => fails(wire, 429).retry_after("1"),
                1 => says(wire, WHOLE, End::Whole).breaking_off(),
                _ => says(wire, WHOLE, End::Whole),
            };
            let called = call((wire, IMAGE), asking(1, json!({"schema": schema()})), |_| {}, reply).await;
            let answer = called.answer.expect(200).json();
            assert_eq!(answer["data"]["total"], 11.77, "{wire:?}");
            assert!(begun.elapsed() >= Duration::from_secs(1), "{wire:?}");
            assert_eq!((called.asked.len(), called.spent), (3, Credits::whole(11)), "{wire:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_takes_longer_than_a_short_one_may_is_waited_for_and_asked_for_once() {
    bounded(60, async {
        for wire in WIRES {
            let reply = says(wire, WHOLE, End::Whole).after(Duration::from_millis(900));
            let patient = |config: &mut HostedConfig| {
                (config.attempt, config.patience) = (Duration::from_millis(300), 20);
            };
            let body = asking(1, json!({"schema": schema()}));
            let called = call((wire, IMAGE), body, patient, move |_| reply.clone()).await;
            assert_eq!(called.answer.expect(200).json()["data"]["total"], 11.77, "{wire:?}");
            assert_eq!((called.asked.len(), called.spent), (1, Credits::whole(11)), "{wire:?}");
        }
    })
    .await;
}
