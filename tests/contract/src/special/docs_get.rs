use contract::ERRORS;
use harness::Harness;

use crate::subject::bounded;
use crate::table::routes;

async fn page(path: &str) -> String {
    let harness = Harness::start().await;
    let answer = harness.call("GET", path).no_key().send().await.expect(200);
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && !policy.contains("http"), "{policy}");
    answer.text()
}

/// What a browser would follow or load: values of the attributes that name addresses, and of `url(...)` and `@import`.
fn addresses(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    for mark in ["src=\"", "href=\"", "action=\"", "srcset=\"", "poster=\"", "data=\"", "url(", "@import "] {
        for (place, _) in html.match_indices(mark) {
            let rest = &html[place + mark.len()..];
            let end = rest.find(['"', ')', ';', '>']).unwrap_or(rest.len());
            found.push(rest[..end].trim_matches(['\'', '"']).to_owned());
        }
    }
    found
}

#[tokio::test]
async fn the_reference_has_every_endpoint() {
    bounded(60, async {
        let html = page("/docs").await;
        for route in routes() {
            let path = route.paths().next().expect("a path");
            assert!(html.contains(&path), "{path} is missing");
            assert!(html.contains(&format!("id=\"{}\"", route.name)), "{} has no place", route.name);
        }
    })
    .await;
}

#[tokio::test]
async fn the_catalogue_has_every_error_at_the_place_that_answers_link_to() {
    bounded(60, async {
        let html = page("/docs/errors").await;
        for row in ERRORS {
            assert!(html.contains(&format!("id=\"{}\"", row.anchor())), "{} has no place", row.anchor());
            assert!(html.contains(row.code), "{} is missing", row.code);
            assert!(html.contains(row.images.0), "{} is missing", row.images.0);
        }
    })
    .await;
}

#[tokio::test]
async fn nothing_is_loaded_from_and_no_link_leads_to_another_host() {
    bounded(60, async {
        for path in ["/docs", "/docs/errors"] {
            let html = page(path).await;
            let addresses = addresses(&html);
            assert!(addresses.len() > 10, "{path} has {} addresses", addresses.len());
            for address in addresses {
                let outside = address.contains("//") || address.starts_with("http");
                assert!(!outside, "{path} names {address}");
            }
            assert!(!html.contains("<script"), "{path} runs a script");
        }
    })
    .await;
}

#[tokio::test]
async fn every_link_within_the_pages_leads_somewhere() {
    bounded(60, async {
        let (reference, errors) = (page("/docs").await, page("/docs/errors").await);
        for (path, html) in [("/docs", &reference), ("/docs/errors", &errors)] {
            for address in addresses(html).into_iter().filter(|address| !address.starts_with("data:")) {
                let (target, place) = address.split_once('#').unwrap_or((&address, ""));
                let page = match target {
                    "" => html,
                    "/docs" => &reference,
                    "/docs/errors" => &errors,
                    "/openapi.json" => continue,
                    other => panic!("{path} links to {other}"),
                };
                let found = place.is_empty() || page.contains(&format!("id=\"{place}\""));
                assert!(found, "{path} links to {address}");
            }
        }
    })
    .await;
}
