//! What extraction reads, with a hosted model and without one.

use contract::limits::{
    MAX_EXTRACT_BYTES, MAX_EXTRACT_DOCUMENT_BYTES, MAX_EXTRACT_IMAGES, MAX_EXTRACT_PAGES, MAX_IMAGE_BYTES,
    SYNC_SECONDS,
};
use maud::{Markup, html};

use super::text::{inline, thousands};

pub const INDEX: [(&str, &str); 1] = [("extracting", "Extraction")];

pub fn section() -> Markup {
    html! { section { (inputs()) (answers()) (reader()) } }
}

fn inputs() -> Markup {
    let megabytes = |bytes: usize| bytes / 1_000_000;
    html! {
        h2 id="extracting" { "Extraction" }
        p {
            (inline(&format!("`images` are up to {} pictures of {} MB; `files` are PDF, DOCX or pictures of {} MB, with {} pages together. With `inputMethod` `url` they are addresses or `upload://`, with `base64` they stand in \
            the body, {} MB together; pictures by address come one after another and have no limit together. What the bytes say decides, not a name. A picture or file that cannot be read is listed with the reason and \
            not charged; where none can be read the call is 400 and free.",
            thousands(MAX_EXTRACT_IMAGES as u64), megabytes(MAX_IMAGE_BYTES), megabytes(MAX_EXTRACT_DOCUMENT_BYTES), thousands(MAX_EXTRACT_PAGES as u64), megabytes(MAX_EXTRACT_BYTES))))
        }
        p {
            (inline(&format!("`atelier serve` answers as long as the client waits, up to two hours. On AWS a call of more than {SYNC_SECONDS} seconds is 504 and free: send fewer pictures at a time. `storage://` and an answer in the \
            background are not available in this version.")))
        }
    }
}

fn answers() -> Markup {
    html! {
        p {
            (inline("With `schema`, a JSON Schema whose root is an object, or with `jsonMode`, `data` is JSON and `results` the same as text. A property that is not there is null, also where the schema requires it; \
            anything else fits the schema. References lead nowhere but into the schema itself, and `format` is a hint. Of many pictures there is one answer, in their order: lists go on, and of other \
            properties the first that is found counts."))
        }
        p {
            (inline("Where the operator has set a hosted model, it reads: eight pictures a question, each scaled to 1.5 megapixels unless it is small, with the prompt and the schema by the provider's own means. What is written in \
            pictures goes to it as material, never as instructions. An answer that does not fit is asked for once more with its faults; then the call is 500 and free. An answer that is cut off at 8,192 tokens is asked \
            for again in halves; of a single picture what was complete is answered, with `truncated`."))
        }
    }
}

fn reader() -> Markup {
    html! {
        p {
            (inline("Without one the local reader answers, and `model` says so. It reads print in Latin and Chinese scripts, also turned, slanted or photographed, and of documents their own text. It finds what stands beside, below or behind a label, \
            in tables and on receipts: labels in English, German and French, or as your property is called or described. Names, addresses, e-mail, phone, IBAN, VAT number, dates, amounts and currency are known without a \
            label too. Dates become `YYYY-MM-DD`, amounts and percentages numbers, currencies three letters; an array of objects takes the rows of a table. `evidence: true` adds `_evidence`: for each value the picture, the corners \
            of its box in pixels and a confidence."))
        }
        p {
            (inline("It does not reason: no sums, no translations, no questions about what a picture shows, no handwriting. Without `schema` it takes fields that the prompt names; without JSON it gives the lines that answer \
            the prompt, or all text where you ask for the full text."))
        }
    }
}
