//! The catalogue of errors; `docs_url` of an error leads to its code here.

use contract::endpoints::ROUTES;
use contract::{ERRORS, ErrorRow, Family};
use maud::{Markup, html};

use super::page;
use super::text::inline;
use crate::{openapi, write};

pub fn page() -> String {
    let rows = sorted();
    let main = html! {
        section {
            h1 { "Errors" }
            p.lead {
                "Every error has one code. Routes of images show it as a number with a type, all others as a word. "
                "A call that failed was not charged."
            }
            (overview(&rows))
        }
        section { @for row in &rows { (entry(row)) } }
    };
    let navigation = html! {
        p.group { "Errors" }
        ul { @for row in &rows { li { a href=(format!("#{}", row.anchor())) { (row.status) " " (row.code) } } } }
        p.group { "More" }
        ul { li { a href="/docs" { "Reference" } } li { a href="/openapi.json" { "OpenAPI" } } }
    };
    page::render("Atelier: errors", &navigation, &main)
}

/// The catalogue by status.
fn sorted() -> Vec<&'static ErrorRow> {
    let mut rows: Vec<_> = ERRORS.iter().collect();
    rows.sort_by_key(|row| row.status);
    rows
}

fn overview(rows: &[&ErrorRow]) -> Markup {
    let rows: Vec<Vec<Markup>> = rows
        .iter()
        .map(|row| {
            vec![
                html! { (row.status) },
                html! { a href=(format!("#{}", row.anchor())) { code { (row.code) } } },
                html! { code { (row.images.0) } " " (row.images.1) },
                inline(row.message),
            ]
        })
        .collect();
    page::table("All errors", &["status", "code", "on image routes", "message"], &rows)
}

fn entry(row: &ErrorRow) -> Markup {
    let routes: Vec<_> = ROUTES
        .iter()
        .filter(|route| openapi::errors_of(route).iter().any(|known| known.kind == row.kind))
        .collect();
    let mut families: Vec<Family> = routes.iter().map(|route| route.family).collect();
    if families.is_empty() {
        families = vec![Family::Images, Family::Platform];
    }
    let images = families.contains(&Family::Images);
    let others = families.iter().any(|family| *family != Family::Images);
    html! {
        article id=(row.anchor()) {
            h3 { span.badge.status { (row.status) } " " code { (row.code) } " " a.anchor href=(format!("#{}", row.anchor())) aria-label=(format!("Link to {}", row.code)) { "#" } }
            p { (inline(row.docs)) }
            @if images { (page::code("On image routes", write::json(&openapi::error_body(row, Family::Images)).trim_end())) }
            @if others { (page::code("On other routes", write::json(&openapi::error_body(row, Family::Platform)).trim_end())) }
            @if !routes.is_empty() {
                details {
                    summary { "Routes that can answer it" }
                    ul { @for route in routes { li { a href=(format!("/docs#{}", route.name)) { (page::badge(route.method)) " " (route.family.prefixes()[0]) (route.path) } } } }
                }
            }
        }
    }
}
