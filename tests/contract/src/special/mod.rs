//! What is special in each endpoint: a file each, named after it.

mod balance_get;
mod balance_grant;
mod batch_cancel;
pub mod batch_create;
mod batch_delete;
mod batch_get;
mod batch_list;
mod batch_results;
pub mod batch_start;
mod batch_upload;
pub mod classifier_create;
mod classifier_delete;
mod classifier_evaluate;
mod classifier_get;
mod classifier_list;
pub mod classify;
mod classify_batch;
pub mod classify_documents;
pub mod classify_pictures;
mod docs_get;
mod extract_document;
mod extract_image;
mod extract_image_formats;
mod extract_image_get;
mod file_get;
mod health;
mod image_edit;
mod image_edit_async;
mod image_edit_async_delete;
mod image_edit_async_get;
mod image_edit_batch;
mod image_edit_batch_delete;
mod image_edit_batch_get;
mod image_edit_upload;
mod key_create;
mod key_delete;
mod key_get;
mod key_list;
mod key_rotate;
mod key_update;
mod ledger_list;
mod limits_get;
mod log_list;
mod openapi_get;
mod request_create;
mod request_get;
mod request_list;
mod request_model_create;
mod request_model_delete;
mod request_model_list;
pub mod storage_create;
mod storage_delete;
mod storage_get;
mod storage_list;
mod storage_test;
mod storage_types;
mod storage_update;
mod tag;
mod tag_batch;
mod upload_complete;
pub mod upload_create;
mod upload_delete;
mod upload_get;
mod upload_renew;
mod usage_get;
pub mod webhook_create;
mod webhook_delete;
mod webhook_deliveries;
mod webhook_get;
mod webhook_list;
mod webhook_redeliver;

use std::path::Path;

use contract::{Credits, ErrorKind, Scope};
use harness::{Answer, Harness, picture};
use serde_json::{Value, json};

use crate::table::routes;

/// An endpoint without a file here stands in a list that is compared with what there is, so that it can only be made
/// longer on purpose.
#[test]
fn endpoints_without_a_file_of_their_own_are_those_of_the_list() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let list = std::fs::read_to_string(home.join("without-special-file.txt")).expect("the list");
    let listed: Vec<&str> =
        list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let modules = include_str!("mod.rs");
    let missing = routes().map(|route| route.name).filter(|name| {
        let module = name.replace('-', "_");
        !modules.lines().any(|line| line.trim_start_matches("pub ") == format!("mod {module};"))
    });
    let missing: Vec<&str> = missing.collect();
    assert_eq!(listed, missing, "write the file of a new endpoint, and take from the list what has one");
}

pub const EDIT: &str = "/v1-beta1/image/edit";
pub const ASYNC: &str = "/v1-beta1/image/edit/async";
pub const UPLOAD: &str = "/v1-beta1/image/edit/upload";

/// A request that only converts.
pub fn edit(input: &str) -> Value {
    json!({"input": input, "operations": {}})
}

/// Adds a picture of these sides and returns its URL.
pub fn add_picture(harness: &Harness, width: u32, height: u32) -> String {
    let name = format!("picture-{width}x{height}.jpg");
    harness.files().add(&name, "image/jpeg", picture(width, height))
}

/// Edits a small picture, which costs one credit.
pub async fn spend_one(harness: &Harness, key: &str) -> Answer {
    let input = add_picture(harness, 16, 16);
    harness.call("POST", EDIT).key(key).json(edit(&input)).send().await
}

/// Starts a task on a small picture and returns its id.
pub async fn start_task(harness: &Harness, key: &str) -> u64 {
    let input = add_picture(harness, 16, 16);
    let answer = harness.call("POST", ASYNC).key(key).json(edit(&input)).send().await.expect(200);
    answer.json()["data"]["id"].as_u64().expect("an id")
}

/// Makes a key through the API; the whole answer.
pub async fn make_key(harness: &Harness, body: Value) -> Value {
    harness.call("POST", "/v1/keys").json(body).send().await.expect(201).json()
}

/// What is available, held and spent.
pub async fn books(harness: &Harness, account: &str) -> (Credits, Credits, Credits) {
    let sheet = harness.balance(account).await;
    (sheet.available, sheet.held, sheet.spent)
}

pub fn credits(available: i64, held: i64, spent: i64) -> (Credits, Credits, Credits) {
    (Credits::whole(available), Credits::whole(held), Credits::whole(spent))
}

/// A further key of `default` with these scopes.
pub async fn key_of_scopes(harness: &Harness, scopes: &[Scope]) -> String {
    harness.key_with("default", scopes).await
}

/// The one fault of a refused call of the images family, as (path, message).
pub fn only_fault(answer: &Answer) -> (String, String) {
    let body = answer.json();
    let details = body["error_details"].as_object().expect("details");
    assert_eq!(details.len(), 1, "{body}");
    let (path, messages) = details.iter().next().expect("one");
    let messages = messages.as_array().expect("messages");
    assert_eq!(messages.len(), 1, "{body}");
    (path.clone(), messages[0].as_str().expect("a message").to_owned())
}

/// Asserts which error of the catalogue an answer of the classification or platform family is; some share a code.
#[track_caller]
pub fn assert_kind(answer: &Answer, kind: ErrorKind) {
    let (body, row) = (answer.json(), kind.row());
    let url = body["docs_url"].as_str().unwrap_or_default();
    let same = answer.status == row.status && body["code"] == row.code;
    assert!(
        same && url.ends_with(&format!("#{}", row.anchor())),
        "{} is not {kind:?}: {body}",
        answer.status
    );
}

/// Whether a call of the images family failed so.
pub fn assert_images_kind(answer: &Answer, kind: ErrorKind) {
    let (body, row) = (answer.json(), kind.row());
    let same = answer.status == row.status && body["error_code"] == row.images.0;
    assert!(same && body["error_type"] == row.images.1, "{} is not {kind:?}: {body}", answer.status);
}

/// The fields that a refused call of the classification family names.
pub fn faulty_fields(answer: &Answer) -> Vec<String> {
    let body = answer.json();
    let details = body["details"]["errors"].as_array().unwrap_or_else(|| panic!("no details: {body}"));
    details.iter().map(|fault| fault["field"].as_str().expect("a path").to_owned()).collect()
}
