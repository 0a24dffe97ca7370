//! One route: what it is, how to call it, what it answers, how it fails.

use contract::limits::LimitClass;
use contract::price::PRICES;
use contract::{Family, Input, Route};
use maud::{Markup, html};
use serde_json::Value;

use super::text::inline;
use super::{curl, page, types};
use crate::{examples, openapi, write};

pub fn card(route: &Route, document: &Value) -> Markup {
    let operation = openapi::operation_of(route, document);
    html! {
        article id=(route.name) {
            h3 {
                (page::badge(route.method)) " "
                code { (route.family.prefixes()[0]) (route.path) }
                " " a.anchor href=(format!("#{}", route.name)) aria-label=(format!("Link to {}", route.name)) { "#" }
            }
            p { (inline(route.summary)) "." }
            (facts(route))
            (parameters(operation))
            @if let Some(name) = body_type(operation) {
                p { "Body: " a href=(types::anchor(name)) { (name) } @if matches!(route.input, Input::Multipart { .. }) { " in the field " code { "data" } ", beside the picture in " code { "file" } } @if let Input::Form { file, .. } = route.input { ", as JSON or in a form, where " code { (file) } " may be a file" } "." }
            }
            (page::code("Request", &curl::line(route)))
            @if let Some(example) = examples::response(route) {
                details {
                    summary { "Answer " (route.status) @if let Some(name) = answer_type(operation) { ": " (name) } }
                    (page::code("Answer", write::json(&example).trim_end()))
                    @if let Some(name) = answer_type(operation) { p { "Fields: " a href=(types::anchor(name)) { (name) } "." } }
                }
            }
            p.errors {
                "Errors: "
                @for (index, (status, code, anchor)) in errors(route).into_iter().enumerate() {
                    @if index > 0 { ", " }
                    a href=(format!("/docs/errors#{anchor}")) { (status) " " (code) }
                }
                "."
            }
        }
    }
}

/// Status, code and where it is explained; a code that stands for several errors once.
fn errors(route: &Route) -> Vec<(u16, &'static str, String)> {
    let mut found: Vec<(u16, &'static str, String)> = Vec::new();
    for row in openapi::errors_of(route) {
        let status = row.kind.status(route.family);
        if !found.iter().any(|known| (known.0, known.1) == (status, row.code)) {
            found.push((status, row.code, row.anchor()));
        }
    }
    found
}

fn facts(route: &Route) -> Markup {
    html! {
        dl.facts {
            div { dt { "Scope" } dd {
                @for (place, scope) in route.scopes().enumerate() { @if place > 0 { " or " } code { (scope.name()) } }
                @if route.scope.is_none() { "no key needed" }
            } }
            @if let Some(prefix) = route.family.prefixes().get(1) { div { dt { "Also" } dd { code { (prefix) (route.path) } } } }
            @for path in route.also { div { dt { "Also" } dd { code { (path) } } } }
            @if route.head { div { dt { "Also" } dd { "HEAD" } } }
            @if route.priced { div { dt { "Price" } dd { (price(route)) } } }
            @if let Some(limit) = route.limit {
                div { dt { "Limit" } dd { (rate(limit)) } }
            }
            @match route.input {
                Input::Json { max_bytes } | Input::Multipart { max_bytes } | Input::Form { max_bytes, .. } => div { dt { "Body" } dd { "up to " (max_bytes / 1_000_000) " MB" } },
                Input::Parameters => {},
            }
        }
    }
}

fn rate(limit: LimitClass) -> Markup {
    let rate = limit.rate();
    match limit {
        LimitClass::Classify => html! { "by " a href="#tiers" { "tier" } },
        _ => {
            let all = [(rate.per_hour, "h"), (rate.per_minute, "min"), (rate.per_second, "s")];
            let all = all.into_iter().filter_map(|(most, unit)| Some(format!("{}/{unit}", most?)));
            html! { (all.collect::<Vec<_>>().join(", ")) }
        }
    }
}

fn price(route: &Route) -> Markup {
    match route.family {
        Family::Classification => html! { "by tokens: " a href="#credits" { "credits" } },
        Family::Extraction | Family::Requests => {
            html! { (PRICES.extraction) " credits and " (PRICES.extraction_page) " for each picture or page that is read" }
        }
        _ => html! { (PRICES.image_edit) " credit" },
    }
}

fn parameters(operation: &Value) -> Markup {
    let list = operation["parameters"].as_array().into_iter().flatten();
    let rows: Vec<Vec<Markup>> = list
        .filter(|parameter| parameter["in"] != "header")
        .map(|parameter| {
            let text = |key: &str| parameter[key].as_str().unwrap_or_default();
            vec![
                html! { code { (text("name")) } },
                html! { (text("in")) },
                types::kind(&parameter["schema"], &Value::Null),
                inline(text("description")),
            ]
        })
        .collect();
    html! { @if !rows.is_empty() { (page::table("Parameters", &["parameter", "in", "type", "meaning"], &rows)) } }
}

/// Name of the type of the JSON body, or of the form's `data`.
fn body_type(operation: &Value) -> Option<&str> {
    let content = operation["requestBody"]["content"].as_object()?;
    let schema = &content.values().next()?["schema"];
    types::name_of(schema).or_else(|| types::name_of(&schema["properties"]["data"]))
}

/// Name of the type of the answer, inside the family's wrapper.
fn answer_type(operation: &Value) -> Option<&str> {
    let success = operation["responses"].as_object()?.iter().find(|(status, _)| status.starts_with('2'))?.1;
    let schema = &success["content"]["application/json"]["schema"];
    let item = || types::name_of(&schema["items"]);
    types::name_of(schema).or_else(|| types::name_of(&schema["properties"]["data"])).or_else(item)
}
