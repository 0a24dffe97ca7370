//! `Idempotency-Key` on every POST that costs or creates.

use contract::endpoints::IMAGE_EDIT_BATCH;
use contract::{Credits, ErrorKind, Family, Input, Route};
use harness::Call;
use serde_json::{Value, json};

use super::{on_the_server, routes};
use crate::check::Check;
use crate::sample::{Payload, Sample, key_for};

on_the_server! {
    the_first_answer_is_given_again_and_charged_once: 60, replays;
    a_key_stands_for_one_request_of_one_account: 60, other_requests;
    a_refused_call_does_not_use_its_key_up: 60, refused_calls;
    a_key_has_1_to_255_characters: 60, lengths;
}

fn posts() -> impl Iterator<Item = &'static Route> {
    routes().filter(|route| route.idempotent_by_key())
}

/// Those that take a body.
fn bodies() -> impl Iterator<Item = &'static Route> {
    posts().filter(|route| route.input != Input::Parameters)
}

fn keyed(call: Call, key: &str) -> Call {
    call.header("idempotency-key", key)
}

async fn spent_and_held(check: &Check<'_>) -> Credits {
    let sheet = check.subject.harness.balance("default").await;
    sheet.spent + sheet.held
}

pub async fn replays(check: &mut Check<'_>) {
    for route in posts() {
        let key = key_for(check.subject, route).await;
        let mut sample = Sample::of(check.subject, route).await;
        if let (Family::Classification, Payload::Json(body)) = (route.family, &mut sample.payload) {
            // What another check has asked costs nothing.
            body["cache"] = false.into();
        }
        let call = || keyed(sample.call(check.subject).key(&key), &format!("replay {}", route.name));
        let (first_call, second_call) = (call(), call());
        let before = spent_and_held(check).await;
        let first = check.accept(route, "the first call", first_call, route.status).await;
        let once = spent_and_held(check).await;
        let cost = once - before;
        let fits = match (route.priced, route.family) {
            // A job holds what it is estimated to cost.
            _ if route.name == "batch-start" => cost > Credits::ZERO && cost < Credits::whole(1),
            // Paid for chunk by chunk.
            _ if route.name == IMAGE_EDIT_BATCH.route.name => cost == Credits::ZERO,
            // By tokens: a part of a credit.
            (true, Family::Classification) => cost > Credits::ZERO && cost < Credits::whole(1),
            (true, _) => cost == super::money::price(route),
            (false, _) => cost == Credits::ZERO,
        };
        check.expect(fits, || format!("the first cost {cost}"));
        check.expect(first.header("idempotent-replayed").is_empty(), || "the first is a replay".into());

        let second = check.accept(route, "the second call", second_call, route.status).await;
        let twice = spent_and_held(check).await;
        check.expect(twice == once, || format!("the second cost {}", twice - once));
        check.expect(second.header("idempotent-replayed") == "true", || "the second is no replay".into());
        check.expect(first.body == second.body, || format!("{} became {}", first.text(), second.text()));
        let (one, two) = (first.header("content-type"), second.header("content-type"));
        check.expect(one == two, || format!("the content type {one} became {two}"));
        check.expect(first.header("x-request-id") != second.header("x-request-id"), || {
            "two calls have one request id".into()
        });
    }
    check.subject.harness.assert_books().await;
}

/// A body that is valid too and differs.
fn other_body(sample: &Sample) -> Value {
    let mut body = sample.body();
    match body.as_object_mut() {
        Some(members) if members.contains_key("name") => members.insert("name".into(), "another".into()),
        Some(members) if members.contains_key("grace_seconds") => {
            members.insert("grace_seconds".into(), 1.into())
        }
        Some(members) if members.contains_key("filename") => {
            members.insert("filename".into(), "another".into())
        }
        Some(members) if members.contains_key("events") => {
            members.insert("events".into(), json!(["balance.low"]))
        }
        Some(members) if members.contains_key("parts") => {
            members.insert("parts".into(), json!([{"number": 1, "etag": "another"}]))
        }
        Some(members) if members.contains_key("reason") => members.insert("reason".into(), "another".into()),
        Some(members) => members.insert("operations".into(), json!({"resizing": {"width": 7}})),
        None => None,
    };
    assert_ne!(body, sample.body(), "the body did not change");
    body
}

pub async fn other_requests(check: &mut Check<'_>) {
    let others = check.subject.harness.account("stranger", 100).await;
    for route in bodies() {
        let key = key_for(check.subject, route).await;
        let sample = Sample::of(check.subject, route).await;
        let name = format!("other {}", route.name);
        let call = keyed(sample.call(check.subject).key(&key), &name);
        check.accept(route, "the first call", call, route.status).await;
        let call = keyed(sample.with(other_body(&sample)).call(check.subject).key(&key), &name);
        check.refuse(route, "another body", call, ErrorKind::IdempotencyMismatch).await;
        for other in bodies().filter(|other| other.name != route.name && other.input == route.input) {
            if other.scope == route.scope {
                let call = keyed(Sample::of(check.subject, other).await.call(check.subject).key(&key), &name);
                let case = format!("the key of {}", route.name);
                check.refuse(other, &case, call, ErrorKind::IdempotencyMismatch).await;
            }
        }
        if route.scope != Some(contract::Scope::Operator) {
            let sample = Sample::owned(check.subject, route, &others).await;
            let call = keyed(sample.call(check.subject).key(&others), &name);
            let answer = check.accept(route, "another account", call, route.status).await;
            check.expect(answer.header("idempotent-replayed").is_empty(), || {
                "another account was given this one's answer".into()
            });
        }
    }
}

pub async fn refused_calls(check: &mut Check<'_>) {
    for route in bodies() {
        let key = key_for(check.subject, route).await;
        let sample = Sample::of(check.subject, route).await;
        let name = format!("refused {}", route.name);
        let wrong = match &sample.payload {
            Payload::Multipart(_) => json!({"operations": 1}),
            _ => json!([]),
        };
        let call = keyed(sample.with(wrong).call(check.subject).key(&key), &name);
        check.refuse(route, "an invalid call", call, ErrorKind::Validation).await;
        if route.priced {
            let mut unreachable = sample.body();
            if unreachable.get("input").is_some() && route.name == "image-edit" {
                unreachable["input"] = check.subject.harness.files().url("missing.jpg").into();
                let call = keyed(sample.with(unreachable).call(check.subject).key(&key), &name);
                check.refuse(route, "a call that fails", call, ErrorKind::InputUnreachable).await;
            }
        }
        let call = keyed(sample.call(check.subject).key(&key), &name);
        let answer = check.accept(route, "a valid call after it", call, route.status).await;
        check.expect(answer.header("idempotent-replayed").is_empty(), || "it is a replay".into());
    }
}

pub async fn lengths(check: &mut Check<'_>) {
    for (place, route) in posts().enumerate() {
        let key = key_for(check.subject, route).await;
        // Why another character each time: a key is used up once it has stood for a request.
        let character = char::from(b'a' + u8::try_from(place).expect("few endpoints")).to_string();
        for (length, fits) in [(0, false), (1, true), (255, true), (256, false)] {
            let sample = Sample::of(check.subject, route).await;
            let call = keyed(sample.call(check.subject).key(&key), &character.repeat(length));
            let case = format!("a key of {length}");
            if fits {
                check.accept(route, &case, call, route.status).await;
            } else {
                check.refuse(route, &case, call, ErrorKind::Validation).await;
            }
        }
    }
}
