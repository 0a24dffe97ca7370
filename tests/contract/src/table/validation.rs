//! What a valid body is.

use contract::{ErrorKind, Input, Route};
use harness::Answer;
use serde_json::{Map, Value, json};

use super::{on_the_server, routes};
use crate::check::Check;
use crate::sample::{Sample, key_for};

on_the_server! {
    an_unknown_field_is_422_where_the_family_is_strict_and_ignored_elsewhere: 60, unknown_fields;
    every_missing_field_is_named_at_once: 60, missing_fields;
    every_field_of_a_wrong_type_is_named_at_once: 60, wrong_types;
    a_body_that_is_no_object_is_422: 60, no_objects;
    null_counts_as_absent: 60, nulls;
    unknown_query_parameters_are_ignored: 60, unknown_parameters;
}

const UNKNOWN: &str = "surely_unknown";

fn with_bodies() -> impl Iterator<Item = &'static Route> {
    routes().filter(|route| route.input != Input::Parameters)
}

/// The paths an answer names as faulty.
fn named(answer: &Answer) -> Vec<String> {
    let body = answer.json();
    let images = body["error_details"].as_object().into_iter().flatten().map(|(path, _)| path.clone());
    let others = body["details"]["errors"].as_array().into_iter().flatten();
    let others = others.filter_map(|fault| fault["field"].as_str()).map(str::to_owned);
    // A plain sentence has a part for each field, the field first.
    let plain = body["error"].as_str().filter(|_| body.get("code").is_none()).unwrap_or_default();
    let plain = plain.split(". ").filter_map(|part| part.split_once(": ")).map(|(path, _)| path.to_owned());
    let listed = body["detail"].as_array().into_iter().flatten();
    let listed = listed.map(|fault| {
        let place = fault["loc"].as_array().into_iter().flatten().skip(1).filter_map(Value::as_str);
        place.collect::<Vec<_>>().join(".")
    });
    let mut all: Vec<String> = images.chain(others).chain(plain).chain(listed).collect();
    all.sort();
    all
}

fn properties(route: &Route) -> Map<String, Value> {
    let schema = (route.request_schema)();
    let mut properties = schema["properties"].as_object().cloned().unwrap_or_default();
    for name in route.path_parameters() {
        properties.remove(name);
    }
    properties
}

/// Whether a field is any JSON.
fn takes_anything(schema: &Value) -> bool {
    let rules = ["type", "anyOf", "oneOf", "allOf", "$ref", "enum", "const"];
    !rules.into_iter().any(|rule| schema.get(rule).is_some())
}

pub async fn unknown_fields(check: &mut Check<'_>) {
    for route in with_bodies() {
        let key = key_for(check.subject, route).await;
        let sample = Sample::of(check.subject, route).await;
        let properties = properties(route);
        // A map has no unknown fields: every name is one of its own.
        let is_map = |place: &String| {
            let field = place.trim_start_matches('/').split('/').next().unwrap_or_default();
            let is_open =
                |schema: &Value| schema["additionalProperties"].is_object() || takes_anything(schema);
            properties.get(field).is_some_and(is_open)
        };
        for place in objects(&sample.body()).into_iter().filter(|place| !is_map(place)) {
            let mut body = sample.body();
            let object = body.pointer_mut(&place).and_then(Value::as_object_mut).expect("an object");
            object.insert(UNKNOWN.into(), 1.into());
            let path = format!("{place}/{UNKNOWN}").trim_start_matches('/').replace('/', ".");
            if route.family.strict() {
                let call = sample.with(body).call(check.subject).key(&key);
                let answer = check.refuse(route, &path, call, ErrorKind::Validation).await;
                let named = named(&answer);
                check.expect(named == [path.as_str()], || format!("named are {named:?}"));
            } else {
                let sample = Sample::of(check.subject, route).await.with(body);
                check.accept(route, &path, sample.call(check.subject).key(&key), route.status).await;
            }
        }
    }
}

pub async fn missing_fields(check: &mut Check<'_>) {
    for route in with_bodies() {
        let schema = (route.request_schema)();
        let properties = properties(route);
        let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let mut required: Vec<&str> = required.filter(|name| properties.contains_key(*name)).collect();
        required.sort_unstable();
        if required.is_empty() {
            continue;
        }
        let key = key_for(check.subject, route).await;
        let sample = Sample::of(check.subject, route).await;
        let nulls: Value =
            required.iter().map(|name| ((*name).to_owned(), Value::Null)).collect::<Map<_, _>>().into();
        for body in [json!({}), nulls] {
            let call = sample.with(body.clone()).call(check.subject).key(&key);
            let answer = check.refuse(route, &body.to_string(), call, ErrorKind::Validation).await;
            let named = named(&answer);
            check.expect(named == required, || format!("named are {named:?}, missing {required:?}"));
        }
    }
}

pub async fn wrong_types(check: &mut Check<'_>) {
    for route in with_bodies() {
        let key = key_for(check.subject, route).await;
        let sample = Sample::of(check.subject, route).await;
        // Why a list of lists: no field of any route is one.
        let typed = properties(route).into_iter().filter(|(_, schema)| !takes_anything(schema));
        let wrong: Map<String, Value> = typed.map(|(name, _)| (name, json!([[[]]]))).collect();
        let expected: Vec<String> = {
            let mut names: Vec<String> = wrong.keys().cloned().collect();
            names.sort();
            names
        };
        let call = sample.with(wrong.into()).call(check.subject).key(&key);
        let answer = check.refuse(route, "every field a list", call, ErrorKind::Validation).await;
        let mut named: Vec<String> =
            named(&answer).iter().map(|path| path.split('.').next().unwrap_or_default().to_owned()).collect();
        named.dedup();
        check.expect(named == expected, || format!("named are {named:?}, wrong {expected:?}"));
    }
}

pub async fn no_objects(check: &mut Check<'_>) {
    for route in with_bodies() {
        let key = key_for(check.subject, route).await;
        let sample = Sample::of(check.subject, route).await;
        for body in [json!([]), json!("text"), json!(1), json!(true)] {
            let call = sample.with(body.clone()).call(check.subject).key(&key);
            check.refuse(route, &body.to_string(), call, ErrorKind::Validation).await;
        }
    }
}

pub async fn nulls(check: &mut Check<'_>) {
    for route in with_bodies() {
        let key = key_for(check.subject, route).await;
        let sample = Sample::of(check.subject, route).await;
        let mut body = sample.body();
        let members = body.as_object_mut().expect("an object");
        for name in properties(route).keys() {
            members.entry(name.clone()).or_insert(Value::Null);
        }
        let call = sample.with(body).call(check.subject).key(&key);
        check.accept(route, "null for every field that is not given", call, route.status).await;
    }
}

pub async fn unknown_parameters(check: &mut Check<'_>) {
    for route in routes() {
        let key = key_for(check.subject, route).await;
        let sample = Sample::of(check.subject, route).await;
        let path = format!("{}?{UNKNOWN}=1&utm_source=x&%zz=%&=", sample.path);
        let call = Sample { path, ..sample }.call(check.subject).key(&key);
        check.accept(route, "an unknown query parameter", call, route.status).await;
    }
}

/// Objects inside `body`, as JSON pointers, itself included.
fn objects(body: &Value) -> Vec<String> {
    let Value::Object(members) = body else { return Vec::new() };
    let inner = members
        .iter()
        .flat_map(|(name, member)| objects(member).into_iter().map(move |place| format!("/{name}{place}")));
    std::iter::once(String::new()).chain(inner).collect()
}
