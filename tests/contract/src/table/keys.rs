//! Who may call.

use contract::{ErrorKind, Scope};
use store::Secret;

use super::{guarded, on_the_server, routes};
use crate::check::Check;
use crate::sample::{Sample, key_for};

on_the_server! {
    without_a_valid_key_every_guarded_endpoint_answers_401_and_says_how_to_authenticate: 60, without_a_valid_key;
    a_key_without_the_scope_is_403_everywhere_and_the_one_scope_suffices: 60, scopes;
    endpoints_without_a_scope_need_no_key_and_mind_none: 60, without_a_scope;
}

pub async fn without_a_valid_key(check: &mut Check<'_>) {
    let typo = {
        let mut text = check.subject.harness.key.clone().into_bytes();
        let last = text.len() - 1;
        text[last] = if text[last] == b'a' { b'b' } else { b'a' };
        String::from_utf8(text).expect("ASCII")
    };
    let key = check.subject.harness.key.clone();
    let unknown = Secret::generate().expose().to_owned();
    let credentials = [
        ("malformed", "Bearer atl_live_short".to_owned()),
        ("mistyped", format!("Bearer {typo}")),
        ("unknown", format!("Bearer {unknown}")),
        ("another scheme", format!("Basic {key}")),
        ("no scheme", key.clone()),
        ("nothing after the scheme", "Bearer".to_owned()),
        ("two keys", format!("Bearer {key} {key}")),
        ("a long text", format!("Bearer {}", "x".repeat(4000))),
    ];
    for route in guarded() {
        let sample = Sample::of(check.subject, route).await;
        let call = sample.call(check.subject).no_key();
        let answer = check.refuse(route, "no key", call, ErrorKind::Unauthorized).await;
        let challenge = answer.header("www-authenticate").to_owned();
        check.expect(challenge.starts_with("Bearer"), || format!("WWW-Authenticate {challenge:?}"));
        for (case, header) in &credentials {
            let call = sample.call(check.subject).header("authorization", header);
            check.refuse(route, case, call, ErrorKind::Unauthorized).await;
        }
    }
}

pub async fn scopes(check: &mut Check<'_>) {
    for route in guarded() {
        let needed = route.scope.expect("a guarded route");
        let sample = Sample::of(check.subject, route).await;
        let others: Vec<Scope> =
            Scope::ALL.into_iter().filter(|scope| !route.granted_by(&[*scope])).collect();
        let key = check.subject.harness.key_with("default", &others).await;
        let call = sample.call(check.subject).key(&key);
        check.refuse(route, "every scope that does not do", call, ErrorKind::Forbidden).await;
        if needed == Scope::Operator {
            let call = sample.call(check.subject);
            check.refuse(route, "admin", call, ErrorKind::Forbidden).await;
        }
        for scope in route.scopes() {
            // Why the operator's own account for its scope: no other has a key with it.
            let key = match scope {
                Scope::Operator => key_for(check.subject, route).await,
                scope => check.subject.harness.key_with("default", &[scope]).await,
            };
            let sample = Sample::owned(check.subject, route, &key).await;
            let mut body = sample.body();
            if let Some(members) = body.as_object_mut() {
                // Rights may only shrink, and this key has but one.
                members.remove("scopes");
            }
            let call = sample.with(body).call(check.subject).key(&key);
            check.accept(route, &format!("{} alone", scope.name()), call, route.status).await;
        }
    }
}

pub async fn without_a_scope(check: &mut Check<'_>) {
    for route in routes().filter(|route| route.scope.is_none()) {
        let sample = Sample::of(check.subject, route).await;
        let call = sample.call(check.subject).no_key();
        check.accept(route, "no key", call, route.status).await;
        let call = sample.call(check.subject).header("authorization", "Bearer nonsense");
        check.accept(route, "a key that is none", call, route.status).await;
    }
}
