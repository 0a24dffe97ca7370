//! Uploads, and the files of batch jobs.

use contract::limits::{
    LINK_SECONDS, MAX_BATCH_LINE, MAX_BATCH_UPLOAD, MAX_CUSTOM_ID_CHARS, MAX_ERRORS_BYTES, MAX_FORM_UPLOAD,
    MAX_LISTED_FAULTS, MAX_PENDING_UPLOADS, MAX_STORED_UPLOADS, MAX_UPLOAD, UNREADABLE_AFTER, UPLOAD_PART,
    UPLOAD_SECONDS,
};
use contract::resources::{BATCH_INPUTS, BATCH_RESULTS, RESULTS};
use maud::{Markup, html};

use super::text::{inline, thousands};

pub const INDEX: [(&str, &str); 2] = [("uploads", "Uploads"), ("batch-jobs", "Files of batch jobs")];

pub fn sections() -> Markup {
    html! {
        section { (uploads()) }
        section { (jobs()) }
    }
}

fn uploads() -> Markup {
    let megabytes = |bytes: u64| bytes / 1_000_000;
    html! {
        h2 id="uploads" { "Uploads" }
        p {
            (inline(&format!("A file that is sent to the store first can be named by `upload://` wherever a picture or a document is taken, for {} hours, any number of times. Without `size`, or up to {} MB, it \
            goes up as one form: a POST of `multipart/form-data` to `url` with every one of `fields`, then the part `file`, last; the answer is 204. A larger one, up to {} GB, goes up in `parts`: `part_size` \
            ({} bytes) each, the last one less, by PUT to each part's `url`, in any order; then `complete` with the header `ETag` of each answer.",
            UPLOAD_SECONDS / 3600, megabytes(MAX_FORM_UPLOAD), MAX_UPLOAD / 1_000_000_000, thousands(UPLOAD_PART))))
        }
        p {
            (inline(&format!("Addresses are good for {} minutes; `renew` gives fresh ones until the file has arrived. An upload is the file that it was at its first use or at `complete`: one that is replaced later is \
            refused with `INPUT_UNREACHABLE`. An account has at most {} uploads whose file has not arrived, and {} GB of uploads; one without file and `size` counts as {} MB.",
            LINK_SECONDS / 60, MAX_PENDING_UPLOADS, MAX_STORED_UPLOADS / 1_000_000_000, megabytes(MAX_FORM_UPLOAD))))
        }
    }
}

/// Days that objects with this prefix live.
fn days(prefix: &str) -> u32 {
    RESULTS.expiring.iter().find(|(known, _)| *known == prefix).map_or(0, |(_, days)| *days)
}

fn jobs() -> Markup {
    html! {
        h2 id="batch-jobs" { "Files of batch jobs" }
        p {
            (inline(&format!("One JSON object a line, `{{\"text\": \"...\"}}`; `custom_id` (a string of up to {MAX_CUSTOM_ID_CHARS} characters, or a number, as it is written) is echoed, other members are ignored. A byte order mark, CRLF, \
            blank lines, and no newline at the end are fine. gzip is recognised by its first bytes, and then unpacked as one stream; what follows its last member and is none is padding. At most {} GB, packed and unpacked; a line of more than {} bytes fails alone, as does any \
            other line that cannot be read.",
            MAX_BATCH_UPLOAD / 1_000_000_000, thousands(MAX_BATCH_LINE as u64))))
        }
        p {
            (inline(&format!("The results have one line for each line of the file that is not blank, in the same order: `{{\"label\", \"confidence\", \"tokens\"}}`, in mode `multi` `{{\"labels\": [{{\"label\", \"confidence\"}}], \"tokens\"}}`, of \
            a failed line `{{\"error\", \"tokens\": 0}}`. The errors file has the failed lines alone, the first {} and at most {} MiB, each with its number in the file (`line`, from 1, blank lines included), its `custom_id`, a `code` \
            (`INVALID_LINE` or `MODEL_FAILED`) and the sentence. A file of which over 99 lines in 100 fail, {} of them in one part of it, fails the job.",
            thousands(MAX_LISTED_FAULTS.unsigned_abs()), MAX_ERRORS_BYTES >> 20, thousands(UNREADABLE_AFTER.unsigned_abs()))))
        }
        p {
            (inline("The start samples the file and holds what it estimates; what the estimate missed is held before it is worked on; only lines with an answer are charged, at the price of the first start. Where the \
            balance or the key's spend cap does not reach, the job becomes `failed` with what is done kept, delivered and charged, and can be started again: it goes on where it was. `cancel` keeps what is \
            done too. Another file under the same key after the start fails the job, unless all of the first had been read: then its answers stand."))
        }
        p {
            (inline(&format!("Files are kept {} days, results {} days after they were written.", days(BATCH_INPUTS), days(BATCH_RESULTS))))
        }
    }
}
