//! Every endpoint, once.

mod accounts;
mod batches;
mod classification;
mod extraction;
mod images;
mod storages;
mod uploads;
mod webhooks;

use crate::ErrorKind;
use crate::endpoint::{Endpoint, Nothing, Raw, Route};
use crate::platform::service::{FileRef, Health, Limits};
use crate::resources::Needs::{FileKeys, ResultsRead};

pub use accounts::{
    BALANCE_GET, BALANCE_GRANT, KEY_CREATE, KEY_DELETE, KEY_GET, KEY_LIST, KEY_ROTATE, KEY_UPDATE,
    LEDGER_LIST, LOG_LIST, USAGE_GET,
};
pub use batches::{
    BATCH_CANCEL, BATCH_CREATE, BATCH_DELETE, BATCH_GET, BATCH_LIST, BATCH_RESULTS, BATCH_START, BATCH_UPLOAD,
};

pub use classification::{
    CLASSIFIER_CREATE, CLASSIFIER_DELETE, CLASSIFIER_EVALUATE, CLASSIFIER_GET, CLASSIFIER_LIST, CLASSIFY,
    CLASSIFY_BATCH, TAG, TAG_BATCH,
};
pub use extraction::{
    EXTRACT_DOCUMENT, EXTRACT_IMAGE, EXTRACT_IMAGE_FORMATS, EXTRACT_IMAGE_GET, REQUEST_CREATE, REQUEST_GET,
    REQUEST_LIST, REQUEST_MODEL_CREATE, REQUEST_MODEL_DELETE, REQUEST_MODEL_LIST,
};
pub use images::{
    IMAGE_EDIT, IMAGE_EDIT_ASYNC, IMAGE_EDIT_ASYNC_DELETE, IMAGE_EDIT_ASYNC_GET, IMAGE_EDIT_BATCH,
    IMAGE_EDIT_BATCH_DELETE, IMAGE_EDIT_BATCH_GET, IMAGE_EDIT_UPLOAD,
};
pub use storages::{
    STORAGE_CREATE, STORAGE_DELETE, STORAGE_GET, STORAGE_LIST, STORAGE_TEST, STORAGE_TYPES, STORAGE_UPDATE,
};
pub use uploads::{UPLOAD_COMPLETE, UPLOAD_CREATE, UPLOAD_DELETE, UPLOAD_GET, UPLOAD_RENEW};
pub use webhooks::{
    WEBHOOK_CREATE, WEBHOOK_DELETE, WEBHOOK_DELIVERIES, WEBHOOK_GET, WEBHOOK_LIST, WEBHOOK_REDELIVER,
};

pub const FILE_GET: Endpoint<FileRef, Raw> = Endpoint::get("file-get", "/files/{token}/{name}")
    .summary("The bytes of a result; Range works")
    .head()
    .needs(&[ResultsRead, FileKeys])
    .media("application/octet-stream")
    .fails(&[ErrorKind::FileNotFound]);

pub const LIMITS_GET: Endpoint<Nothing, Limits> = Endpoint::get("limits-get", "/v1/limits")
    .summary("Sizes, prices, rates, formats and operations of this version");

pub const HEALTH: Endpoint<Nothing, Health> =
    Endpoint::get("health", "/health").summary("Whether the service answers");

pub const OPENAPI_GET: Endpoint<Nothing, Raw> = Endpoint::get("openapi-get", "/openapi.json")
    .summary("This interface as OpenAPI 3.1")
    .media("application/json");

pub const DOCS_GET: Endpoint<Nothing, Raw> = Endpoint::get("docs-get", "/docs")
    .summary("The reference as a page; the catalogue of errors")
    .also(&[DOCS_ERRORS_PATH])
    .media("text/html; charset=utf-8");

/// The errors page of the docs, served by the same function.
pub const DOCS_ERRORS_PATH: &str = "/docs/errors";

/// Name of the function on the default route.
pub const FALLBACK: &str = "fallback";

/// The default route: whatever no other route takes. Not in [`ROUTES`].
pub const FALLBACK_ENDPOINT: Endpoint<Nothing, Raw> =
    Endpoint::get(FALLBACK, "/").summary("Unknown paths and methods, in the family's shape");

/// All routes, in the order of the docs.
pub const ROUTES: &[&Route] = &[
    &IMAGE_EDIT.route,
    &IMAGE_EDIT_ASYNC.route,
    &IMAGE_EDIT_ASYNC_GET.route,
    &IMAGE_EDIT_ASYNC_DELETE.route,
    &IMAGE_EDIT_BATCH.route,
    &IMAGE_EDIT_BATCH_GET.route,
    &IMAGE_EDIT_BATCH_DELETE.route,
    &IMAGE_EDIT_UPLOAD.route,
    &STORAGE_TYPES.route,
    &STORAGE_CREATE.route,
    &STORAGE_LIST.route,
    &STORAGE_GET.route,
    &STORAGE_UPDATE.route,
    &STORAGE_DELETE.route,
    &STORAGE_TEST.route,
    &FILE_GET.route,
    &KEY_CREATE.route,
    &KEY_LIST.route,
    &KEY_GET.route,
    &KEY_UPDATE.route,
    &KEY_ROTATE.route,
    &KEY_DELETE.route,
    &BALANCE_GET.route,
    &BALANCE_GRANT.route,
    &LEDGER_LIST.route,
    &USAGE_GET.route,
    &LOG_LIST.route,
    &CLASSIFY.route,
    &TAG.route,
    &CLASSIFY_BATCH.route,
    &TAG_BATCH.route,
    &UPLOAD_CREATE.route,
    &UPLOAD_GET.route,
    &UPLOAD_COMPLETE.route,
    &UPLOAD_RENEW.route,
    &UPLOAD_DELETE.route,
    &WEBHOOK_CREATE.route,
    &WEBHOOK_LIST.route,
    &WEBHOOK_GET.route,
    &WEBHOOK_DELETE.route,
    &WEBHOOK_DELIVERIES.route,
    &WEBHOOK_REDELIVER.route,
    &BATCH_CREATE.route,
    &BATCH_LIST.route,
    &BATCH_GET.route,
    &BATCH_UPLOAD.route,
    &BATCH_START.route,
    &BATCH_RESULTS.route,
    &BATCH_CANCEL.route,
    &BATCH_DELETE.route,
    &EXTRACT_IMAGE.route,
    &EXTRACT_IMAGE_FORMATS.route,
    &EXTRACT_IMAGE_GET.route,
    &EXTRACT_DOCUMENT.route,
    &REQUEST_CREATE.route,
    &REQUEST_MODEL_CREATE.route,
    &REQUEST_MODEL_LIST.route,
    &REQUEST_LIST.route,
    &REQUEST_MODEL_DELETE.route,
    &REQUEST_GET.route,
    &CLASSIFIER_CREATE.route,
    &CLASSIFIER_LIST.route,
    &CLASSIFIER_GET.route,
    &CLASSIFIER_DELETE.route,
    &CLASSIFIER_EVALUATE.route,
    &LIMITS_GET.route,
    &HEALTH.route,
    &OPENAPI_GET.route,
    &DOCS_GET.route,
];
