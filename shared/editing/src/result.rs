//! Where results go.

use bytes::Bytes;
use common::ApiError;
use common::Platform;
use contract::images::{EditData, OutputObject};
use contract::limits::RESULT_SECONDS;
use imaging::Edited;

/// A result in the store.
#[derive(Debug, Clone)]
pub struct Stored {
    pub data: EditData,
    /// Its key in the bucket of results.
    pub object: String,
}

/// Puts a result under a key of its own and makes its link. `name`: file name with extension.
pub async fn store_result(
    platform: &Platform,
    account: &str,
    base_url: &str,
    edited: Edited,
    name: &str,
) -> Result<Stored, ApiError> {
    let object = format!("tmp/{account}/{}/{name}", uuid::Uuid::new_v4().simple());
    let expires = platform.now_ms() / 1000 + RESULT_SECONDS;
    platform.store.results().put(&object, Bytes::from(edited.bytes), &edited.output.mime).await?;
    let url = format!("{base_url}{}", platform.file_keys.path(&object, name, expires));
    let data = EditData {
        input: edited.input,
        output: OutputObject::temporary(edited.output, url),
        profiling: Some(edited.profiling),
    };
    Ok(Stored { data, object })
}
