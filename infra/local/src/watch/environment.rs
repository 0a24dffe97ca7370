//! What tells the functions where their stores are.

use std::net::SocketAddr;

use contract::resources::TABLES;
use contract::settings;
use embedded::{Embedded, LoopbackServer};
use store::Names;

/// Variables that could send the functions to somebody's real account.
pub const REMOVED: [&str; 4] =
    ["AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ENDPOINT_URL"];

/// Keys of the data folder, as their settings have them.
#[derive(Clone, Copy)]
pub struct Keys<'a> {
    pub files: &'a str,
    pub secrets: &'a str,
}

/// For the process that starts the functions. The credentials are good until the stores are closed.
pub fn variables(
    embedded: &Embedded,
    names: &Names,
    gateway: &LoopbackServer,
    invoke: SocketAddr,
    keys: Keys<'_>,
) -> Vec<(String, String)> {
    let (credentials, url) = (embedded.credentials(), gateway.url());
    // A Lambda takes its own domain for URLs in answers; here that is a name nobody serves.
    let public = settings::PUBLIC_URL.value().unwrap_or_else(|| format!("http://{invoke}"));
    let fixed = [
        ("AWS_ACCESS_KEY_ID", credentials.access_key_id()),
        ("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key()),
        ("AWS_REGION", embedded.region()),
        ("AWS_DEFAULT_REGION", embedded.region()),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_ENDPOINT_URL_DYNAMODB", &url),
        ("AWS_ENDPOINT_URL_SQS", &url),
        ("AWS_ENDPOINT_URL_S3", &url),
        (settings::PUBLIC_URL.name, &public),
        (settings::S3_PATH_STYLE.name, "on"),
        (settings::QUEUE_EDITS.name, &names.queue_edits),
        (settings::QUEUE_BATCHES.name, &names.queue_batches),
        (settings::BUCKET_RESULTS.name, &names.bucket_results),
        (settings::QUEUE_EXTRACTS.name, &names.queue_extracts),
        (settings::QUEUE_EDIT_CHUNKS.name, &names.queue_edit_chunks),
        (settings::QUEUE_WEBHOOKS.name, &names.queue_webhooks),
        (settings::FILE_KEYS.name, keys.files),
        (settings::SECRETS_KEY.name, keys.secrets),
    ];
    let tables = TABLES.iter().map(|table| (table.setting, table.name));
    fixed.into_iter().chain(tables).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
