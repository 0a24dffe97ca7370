//! Connected storages.

use contract::limits::{MAX_FORM_UPLOAD, MAX_STORAGES};
use maud::{Markup, html};

use super::page;
use super::text::{inline, row};

pub const INDEX: [(&str, &str); 1] = [("storages", "Connected storages")];

pub fn section() -> Markup {
    let types = vec![
        row(&[
            "`s3`",
            "`bucket`, `credentials` or `role_arn`",
            "`path`, `region` (`us-east-1`), `endpoint` for MinIO, R2, Ceph and others that speak its protocol",
        ]),
        row(&["`gcs`", "`bucket`, `credentials` (HMAC keys)", "`path`, `endpoint`"]),
        row(&["`web_folder`", "`base_url`", "read only"]),
    ];
    html! {
        section {
            h2 id="storages" { "Connected storages" }
            p {
                (inline("A storage of yours, once connected under a name, is where inputs may lie and where results go: `\"input\": \"storage://shop/in/cup.jpg\"`, `\"output\": \"storage://shop/out/\"`. \
                A destination that ends with `/`, or names the storage alone, is a folder: the result keeps the name of its input and gets the extension of its format. Any other is the file itself, whatever its extension. \
                An object that is there is replaced, unless `output.overwrite` is `false`. The answer has `object_key`, `object_bucket`, `object_uri` and `claid_storage_uri` instead of `tmp_url`."))
            }
            (page::table("Types", &["type", "needs", "may have"], &types))
            p {
                (inline(&format!("The path is taken as it stands, so `%41` is three characters of a key and not an `A`. Paths with `.` or `..` as a folder, with a backslash or a control character, percent-encoded or in look-alike characters too, are 422. \
                `path` of the storage stands before every key, with one slash between. Objects of up to {} MB are read. An account has at most {MAX_STORAGES} storages.", MAX_FORM_UPLOAD / 1_000_000)))
            }
            p {
                (inline("Secrets are encrypted before they are stored, by AWS KMS, or on `atelier serve` by the key in `secrets-key` of the data folder, and never shown, logged or sent on; whoever loses that file gives the storages their credentials again. \
                Instead of credentials, on AWS an `s3` storage may name a role: its trust policy admits the service's account under the condition that `sts:ExternalId` is the `external_id` that the storage's answer shows. It is the account's own and cannot be chosen, so that nobody uses the role of another. \
                Sessions and decrypted secrets are kept for ten minutes at most."))
            }
            p {
                (inline("Addresses of storages pass the same guard as inputs, numeric addresses and ports as soon as they are given (422), names when they are used: a server on a private network must be admitted by `ATELIER_FETCH_ALLOW`. Buckets are addressed by path. Requests that fail for a passing reason are tried three times; an object that takes longer than 20 seconds to come is given up. Of an account, eight edits in the background are in work on `atelier serve` at the same time; in any process eight pictures are fetched from addresses, eight objects read and eight results written. \
                `POST /storage/storages/{id}/test` reads a listing, writes `.atelier-test-…` into the storage's folder and deletes it, seven seconds for each, and says what failed. Of a web folder it says whether its server answers. \
                An edit whose result cannot be written is 400 and free. A task that is cancelled or taken over after its result was written leaves the object in the storage, since by then another task may have written the same one."))
            }
        }
    }
}
