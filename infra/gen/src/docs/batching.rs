//! Edits of folders and lists.

use contract::limits::{MAX_BATCH_OBJECTS, MAX_BATCH_URIS, MAX_SHOWN_ITEMS};
use maud::{Markup, html};

use super::page;
use super::text::{inline, row};

pub const INDEX: [(&str, &str); 1] = [("batches", "Batches of edits")];

pub fn section() -> Markup {
    let inputs = vec![
        row(&["`\"storage://shop/in/\"`", "the files of the folder, but not of its sub-folders"]),
        row(&[
            "`{\"source\": \"storage://shop/in/\", \"recursive\": true}`",
            "those of its sub-folders too, which are made again at the destination",
        ]),
        row(&[
            "`[\"https://…\", \"storage://…\", \"upload://…\"]`",
            &format!("1 to {MAX_BATCH_URIS} pictures"),
        ]),
    ];
    html! {
        section {
            h2 id="batches" { "Batches of edits" }
            p {
                (inline(&format!("`POST /image/edit/batch` edits many pictures by one request. Its `operations` and `output` are those of a single edit, but a destination is a folder; without one each result is behind a link for a day. \
                A folder is listed once, after the answer: what comes into it later is not part of the batch. It has at most {MAX_BATCH_OBJECTS} files. Storages that are not there, a folder without files and a destination that cannot be written to \
                (a small object is written and deleted) are refused at once.")))
            }
            (page::table("Input", &["input", "what is edited"], &inputs))
            p {
                (inline("Items keep the order of the input, a folder's that of its keys, byte by byte. A result is named after its input; where two would have one name, the later ones get `-1`, `-2`, the same ones at every run over the same files. \
                What is there under that name is replaced, unless `output.overwrite` is `false`: then it stays, and the item is an error. (Servers that do not know conditional writes, Google's among them, are asked before and not while the file is written.)"))
            }
            p {
                (inline(&format!("`GET /image/edit/batch/{{id}}` shows `progress`, and of the first {MAX_SHOWN_ITEMS} items `results` and `errors`, each with its `source`; a batch with more has a `results_url` once it has ended, a file of NDJSON with a line an item: \
                `index`, `source` and either `input_object` and `output_object` or `error`. The status is `ACCEPTED` while the folder is listed, then `PROCESSING`, and `DONE` where one item at least has a result, else `ERROR`. Batches are kept for 30 days.")))
            }
            p {
                (inline("Each edit costs what it costs alone, and only where it has a result. Credits are held for some pictures at a time; where the balance or the key's spend cap covers only a part of these, that part is edited and the rest are errors. \
                `DELETE` cancels: the status is `CANCELLED` at once, pictures in work are finished, what is done is kept and charged, and until then `progress` grows; `?wait=` answers when that is over. Progress is counted by portions of up to 32 pictures. A batch whose worker dies goes on where it was: no item is told of twice or charged twice. Of all batches of a server a few portions each are in work, so a long one delays nobody for long: of an account one folder is listed at a time, three pictures of batches are fetched from addresses at the same time and eight objects read. A storage that is changed or deleted is used as it was until the portions in work are done."))
            }
        }
    }
}
