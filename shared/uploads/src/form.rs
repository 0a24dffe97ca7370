//! Where a file goes in one piece: a form that S3 takes, or on one machine a path of the server that carries the credential itself, so
//! that `key` and `file` are enough.

use std::collections::BTreeMap;

use common::{Cx, Platform};
use contract::limits::LINK_SECONDS;
use store::{Form, StoreError};

/// Start of the paths that take forms.
const PATH: &str = "/uploads/";
/// Under which the ring of file keys signs forms: no name of a file.
const NAME: &str = "upload form";

/// What a path of the server admits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub key: String,
    pub most_bytes: u64,
}

/// A form for one object, and until when it is good (Unix milliseconds).
pub async fn form(cx: &Cx, key: &str, most_bytes: u64) -> Result<(Form, i64), StoreError> {
    let now_ms = cx.now_ms();
    let expires_ms = now_ms + LINK_SECONDS * 1000;
    let form = match &cx.store.forms {
        Some(signer) => signer.form(&cx.store, key, most_bytes, (now_ms, expires_ms)).await?,
        None => Form {
            url: format!(
                "{}{PATH}{}",
                cx.base_url,
                cx.file_keys.token(&format!("{most_bytes}:{key}"), NAME, expires_ms / 1000)
            ),
            fields: BTreeMap::from([("key".to_owned(), key.to_owned())]),
        },
    };
    Ok((form, expires_ms))
}

/// What an upload to this path may write; `None` for a path that takes none, or not any more.
pub fn grant(platform: &Platform, path: &str) -> Option<Grant> {
    let token = path.strip_prefix(PATH)?;
    let admitted = platform.file_keys.verify(token, NAME, platform.now_ms() / 1000)?;
    let (most_bytes, key) = admitted.split_once(':')?;
    Some(Grant { key: key.to_owned(), most_bytes: most_bytes.parse().ok()? })
}
