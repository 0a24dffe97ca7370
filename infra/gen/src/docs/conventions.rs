//! What holds for every route.

use contract::limits::{
    CEILING_FACTOR, IDEMPOTENCY_SECONDS, KEYLESS_CEILING, LimitClass, MAX_FORM_UPLOAD, MAX_INPUT_BY_URL,
    MAX_JSON_BODY, MAX_MULTIPART_BODY, SYNC_SECONDS,
};
use contract::price::PRICES;
use contract::{ErrorKind, Family, settings};
use maud::{Markup, html};

use super::page;
use super::text::{inline, thousands};
use crate::{openapi, write};

pub const INDEX: [(&str, &str); 5] = [
    ("conventions", "Conventions"),
    ("error-bodies", "Errors"),
    ("idempotency", "Sending twice"),
    ("limits", "Limits"),
    ("credits", "Credits"),
];

pub fn sections() -> Markup {
    html! {
        section { (conventions()) }
        section { (errors()) }
        section { (idempotency()) }
        section { (limits()) }
        section { (credits()) }
    }
}

fn conventions() -> Markup {
    html! {
        h2 id="conventions" { "Conventions" }
        ul {
            li { (inline("`null` is the same as absent. The body of a GET is ignored. A slash at the end of a path changes nothing.")) }
            li { (inline("Every answer carries `X-Request-ID`, errors too. Name it when you report a problem.")) }
            li { (inline("Image routes wrap what they answer in `{\"data\": ...}`; all others answer the bare object.")) }
            li { (inline("An image body with a field that is not known is refused; account routes ignore such fields.")) }
            li { "All faults of a body are reported at once, each with its path." }
            li { "What belongs to another account is answered like what does not exist: 404." }
            li { (inline("Lists come in pages: pass `next_cursor` as `cursor` until it is `null`.")) }
            li { "Pages of any origin may call; cookies play no part." }
        }
    }
}

fn errors() -> Markup {
    let body = |kind: ErrorKind, family| write::json(&openapi::error_body(kind.row(), family));
    html! {
        h2 id="error-bodies" { "Errors" }
        p {
            "The shape of an error follows from the route, even when no such route exists: paths under "
            code { "/v1-beta1" } " and the image paths under " code { "/v1" } " answer in the first shape, the rest in the second. "
            "A 429 on an image route nests its body under " code { "detail" } ". All codes: " a href="/docs/errors" { "catalogue of errors" } "."
        }
        (page::code("An error of an image route", body(ErrorKind::TaskNotFound, Family::Images).trim_end()))
        (page::code("An error of any other route", body(ErrorKind::KeyNotFound, Family::Classification).trim_end()))
        p {
            "On a failed validation " code { "error_details" } " maps each path to a list of sentences: "
            code { "{\"operations.resizing.width\": [\"value is not a valid integer\"]}" } "."
        }
    }
}

fn idempotency() -> Markup {
    html! {
        h2 id="idempotency" { "Sending twice" }
        p {
            "A POST with an " code { "Idempotency-Key" } " of your making (1 to 255 characters) is done and charged once. The same key with the "
            "same request gives the first answer again, marked " code { "Idempotent-Replayed: true" } ", for "
            (IDEMPOTENCY_SECONDS / 3600) " hours. With another request it is 409; while the first is still running it is 409 with "
            code { "Retry-After" } ". Only successes are kept: after an error the key is free."
        }
    }
}

fn limits() -> Markup {
    let megabytes = |bytes: u64| format!("{} MB", bytes / 1_000_000);
    let row = |what: &str, limit: String| vec![inline(what), html! { (limit) }];
    let pixels = settings::MAX_PIXELS
        .default
        .parse()
        .map_or_else(|_| settings::MAX_PIXELS.default.to_owned(), thousands);
    let sizes = [
        row("JSON body", megabytes(MAX_JSON_BODY as u64)),
        row("Multipart edit and request, all parts together", megabytes(MAX_MULTIPART_BODY as u64)),
        row("Input fetched from its address", megabytes(MAX_INPUT_BY_URL)),
        row("Input that is an upload", megabytes(MAX_FORM_UPLOAD)),
        row(
            "Decoded picture, unless the operator chose otherwise",
            format!("{pixels} pixels, 32,767 a side, first frame"),
        ),
        row("Output picture", "100,000,000 pixels; a JPEG side 65,500, a WebP side 16,383, an AVIF side 16,384; what its encoder needs must fit the memory budget".to_owned()),
        row("Time of a synchronous edit; then 504, free", format!("{SYNC_SECONDS} s")),
    ];
    let figure = |most: Option<u32>| most.map_or("-".to_owned(), |most| most.to_string());
    let rates: Vec<_> = LimitClass::ALL
        .iter()
        .map(|class| {
            let rate = class.rate();
            vec![
                html! { code { (class.name()) } },
                html! { (figure(rate.per_hour)) },
                html! { (figure(rate.per_minute)) },
                html! { (figure(rate.per_second)) },
            ]
        })
        .collect();
    html! {
        h2 id="limits" { "Limits" }
        (page::table("Sizes", &["what", "at most"], &sizes))
        p {
            "Behind the gateway of AWS a call's body is at most 6 MB (about 4.4 MB of a file sent in a form): send larger pictures by address. "
            "Results over 4 MB are answered by a redirect there."
        }
        p { "Calls of an account, all keys together; a key may carry a lower limit of its own:" }
        (page::table("Rates", &["routes", "an hour", "a minute", "a second"], &rates))
        p {
            "Windows are fixed: within one nothing overshoots, at the border between two, twice the limit is possible. The state is in "
            code { "RateLimit-Limit" } ", " code { "RateLimit-Remaining" } " and " code { "RateLimit-Reset" } "; a 429 has "
            code { "Retry-After" } ". Every call, refused ones too, also counts against a ceiling of " (CEILING_FACTOR)
            " times the limit, kept in each process and so approximate. Routes without a key let one address through "
            (KEYLESS_CEILING) " times a minute."
        }
        p { code { "GET /v1/limits" } " answers all of this as data." }
    }
}

fn credits() -> Markup {
    let row = |work: &str, credits: String| vec![html! { (work) }, html! { (credits) }];
    let rows = [
        row("image edit", PRICES.image_edit.to_string()),
        row("classify, tag: a million tokens, priority standard", PRICES.tokens_standard.to_string()),
        row("classify, tag: a million tokens, priority fast", PRICES.tokens_fast.to_string()),
        row("their batches, and evaluations: a million tokens", PRICES.tokens_batch.to_string()),
        row("batch jobs: a million tokens", PRICES.tokens_async.to_string()),
    ];
    html! {
        h2 id="credits" { "Credits" }
        (page::table("Prices", &["work", "credits"], &rows))
        p {
            "Price table version " (PRICES.version) ". One credit is shown as US$0.001. The price is held when a call is accepted, charged when "
            "it succeeds and released when it fails or is cancelled; nothing is charged twice. A call that the balance does not cover is 402."
        }
    }
}
