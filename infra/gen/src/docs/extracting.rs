//! What extraction reads, with a hosted model and without one.

use contract::limits::{
    MAX_DATA_BYTES, MAX_EXTRACT_BYTES, MAX_EXTRACT_DOCUMENT_BYTES, MAX_EXTRACT_IMAGES, MAX_EXTRACT_PAGES,
    MAX_IMAGE_BYTES, SYNC_SECONDS,
};
use maud::{Markup, html};

use super::text::{inline, thousands};

pub const INDEX: [(&str, &str); 2] =
    [("extracting", "Extraction"), ("requests", "Requests and their models")];

pub fn section() -> Markup {
    html! { section { (inputs()) (answers()) (reader()) (requests()) } }
}

fn inputs() -> Markup {
    let megabytes = |bytes: usize| bytes / 1_000_000;
    html! {
        h2 id="extracting" { "Extraction" }
        p {
            (inline(&format!("`images` are up to {} pictures of {} MB; `files` are PDF, DOCX or pictures of {} MB, with {} pages together. With `inputMethod` `url` they are addresses, `upload://` or `storage://`, with `base64` they stand in \
            the body, {} MB together; pictures by address come one after another and have no limit together. What the bytes say decides, not a name. A picture or file that cannot be read is listed with the reason and \
            not charged; where none can be read the call is 400 and free.",
            thousands(MAX_EXTRACT_IMAGES as u64), megabytes(MAX_IMAGE_BYTES), megabytes(MAX_EXTRACT_DOCUMENT_BYTES), thousands(MAX_EXTRACT_PAGES as u64), megabytes(MAX_EXTRACT_BYTES))))
        }
        p {
            (inline(&format!("`atelier serve` answers as long as the client waits, up to two hours. On AWS a call of more than {SYNC_SECONDS} seconds is 504 and free: there `/api/v1/extract-image` with the header \
            `Prefer: respond-async` is 202 at once, with `resultUrl`, where the answer is to be had for 24 hours after its end. A worker has 14 minutes for it; what takes longer fails and is free.")))
        }
    }
}

fn answers() -> Markup {
    html! {
        p {
            (inline("With `schema`, a JSON Schema whose root is an object, or with `jsonMode`, `data` is JSON and `results` the same as text. A property that is not there is null, also where the schema requires it; \
            anything else of a hosted model's answer fits the schema. The local reader follows `properties`, `type`, `enum`, `items`, `format` and references, eight objects deep and for 400 properties; it knows nothing of other keywords, \
            as `not`, `minProperties` or `dependentRequired`, and what it answers may break them. References lead nowhere but into the schema itself, and `format` is a hint. Of many pictures there is one answer, in their order: lists go on, and of other \
            properties the first that is found counts."))
        }
        p {
            (inline("Where the operator has set a hosted model, it reads: eight pictures a question, each scaled to 1.5 megapixels unless it is small, with the prompt and the schema by the provider's own means. What is written in \
            pictures goes to it as material, never as instructions. An answer that does not fit is asked for once more with its faults; then the call is 500 and free. An answer that is cut off at 8,192 tokens is asked \
            for again in halves; of a single picture what was complete is answered, with `truncated`."))
        }
    }
}

fn requests() -> Markup {
    html! {
        h2 id="requests" { "Requests and their models" }
        p {
            (inline("A model is a saved prompt, perhaps with a schema. It has an id of yours or a UUID and is never changed: data belong to it. `POST /requests` takes one picture for it, as a form with the file `image`, or as JSON \
            with `image` as URL, `upload://` or base64. The answer comes at once; a worker reads the picture, and the request is `completed` with `data`, or `failed` with `error` and free. What may pass, as a hosted model that does not \
            answer, is tried again some times first. `payload` is any JSON (or a string that holds it), kept and shown beside the data; `config_name` is ignored. `image` shows the file's name or the URL."))
        }
        p {
            (inline(&format!("`GET /requests/models/{{model_id}}` pages the requests, newest first; any page costs the same, and on AWS an answer has at most 6 MB. `q` finds texts and figures among the values that were extracted, in upper or lower case, and reads all rows for it. \
            Data are kept until their model is deleted, and are {} kB of JSON at most. Deleting a model makes it unknown at once; its requests and data are removed soon after, and what was not read yet is free. \
            Keys go into `X-API-KEY` or `Authorization: Bearer`.", MAX_DATA_BYTES / 1000)))
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
