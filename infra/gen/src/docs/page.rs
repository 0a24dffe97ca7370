//! What all pages share.

use contract::Method;
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("style.css");

/// A whole page with a navigation at its side.
pub fn render(title: &str, navigation: &Markup, main: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="icon" href="data:,";
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#main" { "Skip to content" }
                header {
                    a.brand href="/docs" { "Atelier" }
                    span.version { "version " (env!("CARGO_PKG_VERSION")) }
                    a.right href="/docs/errors" { "Errors" }
                    a href="/openapi.json" { "OpenAPI" }
                }
                div.columns {
                    nav aria-label="Contents" { (navigation) }
                    main id="main" { (main) }
                }
            }
        }
    };
    page.into_string() + "\n"
}

pub fn badge(method: Method) -> Markup {
    let name = method.name();
    html! { span class=(format!("badge {}", name.to_ascii_lowercase())) { (name) } }
}

/// A table that scrolls sideways by itself where the window is narrow.
pub fn table(label: &str, heads: &[&str], rows: &[Vec<Markup>]) -> Markup {
    html! {
        div.scroll role="region" aria-label=(label) tabindex="0" {
            table {
                thead { tr { @for head in heads { th scope="col" { (head) } } } }
                tbody { @for row in rows { tr { @for cell in row { td { (cell) } } } } }
            }
        }
    }
}

pub fn code(label: &str, text: &str) -> Markup {
    html! { pre role="region" aria-label=(label) tabindex="0" { code { (text) } } }
}
