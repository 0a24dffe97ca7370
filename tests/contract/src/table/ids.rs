//! Things of others, and things that are not.

use contract::{ErrorKind, Route};

use super::{on_the_server, routes};
use crate::check::Check;
use crate::sample::{Payload, Sample};

on_the_server! {
    another_accounts_id_is_answered_like_an_unknown_one_and_left_alone: 60, foreign;
}

pub async fn foreign(check: &mut Check<'_>) {
    let other = check.subject.harness.account("other", 100).await;
    for route in routes().filter(|route| route.path_parameters().next().is_some()) {
        let kind = not_found(route);
        let foreign = Sample::owned(check.subject, route, &other).await;
        let Some(unknown) = unknown(route, &foreign) else { continue };
        for length in [300, 1_500, 5_000] {
            let long = foreign.naming(route, &"a".repeat(length));
            let answer = long.call(check.subject).send().await;
            check.expect((400..500).contains(&answer.status), || {
                format!("an id of {length} characters: {} {}", answer.status, answer.text())
            });
        }
        let answer = check.refuse(route, "an unknown id", unknown.call(check.subject), kind).await;
        if route.scope.is_none() {
            continue;
        }
        let before = look(check, route, &foreign, &other).await;
        let theirs = check.refuse(route, "another account's id", foreign.call(check.subject), kind).await;
        check.expect(answer.body == theirs.body, || {
            format!("it differs from an unknown id: {} and {}", answer.text(), theirs.text())
        });
        let after = look(check, route, &foreign, &other).await;
        check.expect(before == after, || format!("it changed from {before} to {after}"));
    }
}

/// The error that the route names for what it does not find.
fn not_found(route: &Route) -> ErrorKind {
    let found = route.fails.iter().copied().find(|kind| kind.row().status == 404);
    found.unwrap_or_else(|| panic!("{} has a parameter and no error for what is not found", route.name))
}

/// The same request for something that never was, of the same form.
fn unknown(route: &Route, sample: &Sample) -> Option<Sample> {
    let other = |name: &str, value: &str| match name {
        "token" => format!("{}AAAA", &value[4..]),
        _ if value.bytes().all(|byte| byte.is_ascii_digit()) => "4503599627370496".to_owned(),
        _ => value.chars().rev().collect(),
    };
    let name = route.path_parameters().next()?;
    let segments: Vec<&str> = sample.path.split('/').collect();
    let prefix_segments = segments.len() - route.path.split('/').count();
    let place = route.path.split('/').position(|part| part == format!("{{{name}}}"))? + prefix_segments;
    let mut changed: Vec<String> = segments.iter().map(|segment| (*segment).to_owned()).collect();
    changed[place] = other(name, segments[place]);
    Some(Sample { path: changed.join("/"), ..sample.clone() })
}

/// What its owner sees of it.
async fn look(check: &Check<'_>, route: &Route, sample: &Sample, owner: &str) -> String {
    let mut path: Vec<&str> = sample.path.split('/').collect();
    if route.path_parameters().next().is_some() && !route.path.ends_with('}') {
        path.pop();
    }
    if let Some(list) = path.iter().position(|part| *part == "deliveries") {
        path.truncate(list + 1);
    }
    let look = Sample { method: "GET", path: path.join("/"), payload: Payload::None, ..sample.clone() };
    let mut seen = look.call(check.subject).key(owner).send().await.expect(200).json();
    // Looking is using the key that looks.
    if let Some(seen) = seen.as_object_mut() {
        seen.remove("last_used_at");
    }
    seen.to_string()
}
