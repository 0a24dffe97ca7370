//! The reference and the catalogue of errors as pages: no script, no request to anyone, styles inline.

mod adjustments;
mod batching;
mod colour;
mod conventions;
mod curl;
mod editing;
mod endpoint;
mod errors;
mod extracting;
mod files;
mod formats;
mod labelling;
mod page;
mod pictures;
mod seeing;
mod start;
mod storing;
mod telling;
mod text;
mod types;

pub use errors::page as errors;
pub use pictures::{Picture, Pictures};

use contract::endpoints::ROUTES;
use maud::{Markup, html};
use serde_json::Value;

use crate::openapi;

/// The reference, from the same document that `/openapi.json` serves.
pub fn reference(document: &Value, pictures: &Pictures) -> String {
    let types = types::Types::of(document);
    let main = html! {
        (start::section())
        (conventions::sections())
        @for family in openapi::families() {
            section {
                h2 id=(openapi::title(family).to_ascii_lowercase()) { (openapi::title(family)) }
                p { (text::inline(openapi::about(family))) }
                @for route in ROUTES.iter().filter(|route| route.family == family) { (endpoint::card(route, document)) }
            }
        }
        (labelling::section())
        (seeing::section())
        (extracting::section())
        (storing::section())
        (batching::section())
        (telling::section())
        (files::sections())
        (formats::sections())
        (editing::sections(pictures))
        (adjustments::sections(pictures))
        (colour::section(pictures))
        (types.section())
    };
    page::render("Atelier: reference", &navigation(), &main)
}

fn navigation() -> Markup {
    let link = |id: &str, title: &str| html! { li { a href=(format!("#{id}")) { (title) } } };
    html! {
        p.group { "Guide" }
        ul {
            (link("start", "First request"))
            @for (id, title) in conventions::INDEX { (link(id, title)) }
        }
        @for family in openapi::families() {
            p.group { (openapi::title(family)) }
            ul {
                @for route in ROUTES.iter().filter(|route| route.family == family) {
                    li { a href=(format!("#{}", route.name)) { (page::badge(route.method)) " " (route.path) } }
                }
            }
        }
        p.group { "Formats and operations" }
        ul {
            @for index in [&labelling::INDEX[..], &seeing::INDEX, &extracting::INDEX, &storing::INDEX, &batching::INDEX, &telling::INDEX, &files::INDEX, &formats::INDEX, &editing::INDEX, &adjustments::INDEX, &colour::INDEX] {
                @for (id, title) in index { (link(id, title)) }
            }
        }
        p.group { "More" }
        ul {
            (link("types", "Types"))
            li { a href="/docs/errors" { "Errors" } }
            li { a href="/openapi.json" { "OpenAPI" } }
        }
    }
}
