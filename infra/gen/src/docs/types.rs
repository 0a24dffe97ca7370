//! Types of requests and answers: a table of fields each, from the document's schemas.

use contract::endpoints::ROUTES;
use maud::{Markup, html};
use serde_json::Value;

use super::page;
use super::text::inline;
use crate::openapi;

/// The object types that routes name, in the order they are met.
#[derive(Debug)]
pub struct Types<'a> {
    schemas: &'a Value,
    names: Vec<&'a str>,
}

impl<'a> Types<'a> {
    pub fn of(document: &'a Value) -> Self {
        let mut types = Self { schemas: &document["components"]["schemas"], names: Vec::new() };
        for route in ROUTES {
            let operation = openapi::operation_of(route, document);
            types.visit(&operation["requestBody"]);
            types.visit(&operation["responses"]);
        }
        types
    }

    /// Walks a value for references to schemas; each is listed once, before what it refers to itself.
    fn visit(&mut self, value: &'a Value) {
        match value {
            Value::Object(members) => {
                if let Some(name) = name_of(value)
                    && !self.names.contains(&name)
                {
                    self.names.push(name);
                    self.visit(&self.schemas[name]);
                }
                members.values().for_each(|member| self.visit(member));
            }
            Value::Array(items) => items.iter().for_each(|item| self.visit(item)),
            _ => {}
        }
    }

    pub fn section(&self) -> Markup {
        let objects = self
            .names
            .iter()
            .map(|name| (*name, &self.schemas[*name]))
            .filter(|(_, schema)| is_object(schema));
        html! {
            section {
                h2 id="types" { "Types" }
                p { "Fields marked * are required." }
                @for (name, schema) in objects {
                    article id=(anchor(name).trim_start_matches('#')) {
                        h3 { (name) }
                        @if let Some(about) = schema["description"].as_str() { p { (inline(about)) } }
                        (fields(name, schema, self.schemas))
                    }
                }
            }
        }
    }
}

fn fields(name: &str, schema: &Value, schemas: &Value) -> Markup {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let mut properties: Vec<_> = schema["properties"].as_object().into_iter().flatten().collect();
    properties.sort_by_key(|(name, _)| (!required.contains(&Value::from(name.as_str())), name.as_str()));
    let rows: Vec<Vec<Markup>> = properties
        .into_iter()
        .map(|(name, property)| {
            let star = if required.contains(&Value::from(name.as_str())) { " *" } else { "" };
            let about = property["description"].as_str().unwrap_or_default();
            vec![html! { code { (name) } (star) }, kind(property, schemas), inline(about)]
        })
        .collect();
    html! { @if rows.is_empty() { p { "No fields." } } @else { (page::table(name, &["field", "type", "meaning"], &rows)) } }
}

/// The name a reference stands for.
pub fn name_of(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.strip_prefix("#/components/schemas/")
}

pub fn anchor(name: &str) -> String {
    format!("#type-{name}")
}

fn is_object(schema: &Value) -> bool {
    schema["type"] == "object"
}

/// The type of a value in words; objects are links, everything else is spelled out.
pub fn kind(schema: &Value, schemas: &Value) -> Markup {
    if let Some(name) = name_of(schema) {
        let target = &schemas[name];
        return html! { @if is_object(target) { a href=(anchor(name)) { (name) } } @else { (kind(target, schemas)) } };
    }
    let branches = schema["anyOf"].as_array().or_else(|| schema["oneOf"].as_array());
    if let Some(branches) = branches {
        let branches: Vec<_> = branches.iter().filter(|branch| branch["type"] != "null").collect();
        return html! { @for (index, branch) in branches.iter().enumerate() { @if index > 0 { " or " } (kind(branch, schemas)) } };
    }
    if let Some(values) = schema["enum"].as_array() {
        let values = values.iter().filter_map(Value::as_str);
        return html! { @for (index, value) in values.enumerate() { @if index > 0 { ", " } code { (value) } } };
    }
    if let Some(value) = schema["const"].as_str() {
        return html! { code { (value) } };
    }
    let name = simple(schema);
    if name == "array" {
        return html! { "list of " (kind(&schema["items"], schemas)) };
    }
    html! { (name) (range(schema)) }
}

fn simple(schema: &Value) -> &str {
    let first = match &schema["type"] {
        Value::Array(names) => names.iter().find(|name| **name != "null"),
        name => Some(name),
    };
    match first.and_then(Value::as_str) {
        Some("object") => "object",
        Some(name) => name,
        None => "anything",
    }
}

/// Bounds: ` 1..100`, ` of 1..4096 characters`, ` of up to 1024 characters`.
fn range(schema: &Value) -> String {
    let bound = |key: &str| schema[key].as_f64().map(|bound| bound.to_string());
    let span = |least: Option<String>, most: Option<String>| match (least, most) {
        (None, None) => None,
        (None, Some(most)) => Some(format!("up to {most}")),
        (Some(least), None) => Some(format!("{least} or more")),
        (Some(least), Some(most)) => Some(format!("{least}..{most}")),
    };
    if let Some(values) = span(bound("minimum"), bound("maximum")) {
        return format!(" {values}");
    }
    span(bound("minLength"), bound("maxLength"))
        .map_or_else(String::new, |length| format!(" of {length} characters"))
}
