//! Every endpoint, once.

mod batches;
mod extraction;
mod storages;
mod uploads;
mod webhooks;

use serde_json::json;

use crate::classification::{
    Classified, ClassifiedBatch, Classifier, ClassifierCreate, ClassifierDeleted, ClassifierRef,
    ClassifierReport, ClassifyBatchRequest, ClassifyRequest, Evaluate, Evaluated, TagBatchRequest,
    TagRequest, Tagged, TaggedBatch,
};
use crate::endpoint::{Endpoint, Nothing, Raw, Route, Size};
use crate::images::{BatchEditRequest, BatchReport, EditData, EditRequest, UploadEditRequest};
use crate::limits::{LimitClass, MAX_BATCH_BODY, MAX_MEDIA_BODY, MAX_MULTIPART_BODY};
use crate::platform::keys::{Key, KeyCreate, KeyRef, KeyRotate, KeyUpdate, KeyWithSecret, Page, PageQuery};
use crate::platform::logs::{LogQuery, LogRow};
use crate::platform::money::{Balance, GrantCreate, LedgerEntry};
use crate::platform::service::{FileRef, Health, Limits};
use crate::platform::usage::{UsageQuery, UsageReport};
use crate::resources::Needs::{
    Announce, Cache, Classifiers, ClassifiersRead, DeliveryQueue, EditBatchFiles, EditBatchQueue,
    EditBatches, EditQueue, Fetch, FileKeys, HostedModel, KeysWrite, LogsRead, OwnEncoder, Results,
    ResultsRead, StoragesRead, Tasks, Unseal, UploadFiles, Uploads,
};
use crate::tasks::{Task, TaskQuery, TaskRef, TaskReport};
use crate::{ErrorKind, Family, Scope};

pub use batches::{
    BATCH_CANCEL, BATCH_CREATE, BATCH_DELETE, BATCH_GET, BATCH_LIST, BATCH_RESULTS, BATCH_START, BATCH_UPLOAD,
};

pub use extraction::{
    EXTRACT_DOCUMENT, EXTRACT_IMAGE, EXTRACT_IMAGE_FORMATS, EXTRACT_IMAGE_GET, REQUEST_CREATE, REQUEST_GET,
    REQUEST_LIST, REQUEST_MODEL_CREATE, REQUEST_MODEL_DELETE, REQUEST_MODEL_LIST,
};
pub use storages::{
    STORAGE_CREATE, STORAGE_DELETE, STORAGE_GET, STORAGE_LIST, STORAGE_TEST, STORAGE_TYPES, STORAGE_UPDATE,
};
pub use uploads::{UPLOAD_COMPLETE, UPLOAD_CREATE, UPLOAD_DELETE, UPLOAD_GET, UPLOAD_RENEW};
pub use webhooks::{
    WEBHOOK_CREATE, WEBHOOK_DELETE, WEBHOOK_DELIVERIES, WEBHOOK_GET, WEBHOOK_LIST, WEBHOOK_REDELIVER,
};

pub const IMAGE_EDIT: Endpoint<EditRequest, EditData> = Endpoint::post("image-edit", "/image/edit")
    .family(Family::Images)
    .scope(Scope::ImageEditing)
    .summary("Edit a picture and wait for the result")
    .size(Size::Pictures)
    .needs(&[Results, FileKeys, Fetch, Uploads, UploadFiles, StoragesRead, Unseal])
    .limit(LimitClass::ImageEdit)
    .priced()
    .fails(&[ErrorKind::StorageNotFound, ErrorKind::OutputNotWritten, ErrorKind::OutputExists])
    .example(|| json!({"input": "https://example.com/photo.jpg", "operations": {"resizing": {"width": 800, "fit": "bounds"}}}));

pub const IMAGE_EDIT_ASYNC: Endpoint<EditRequest, Task> = Endpoint::post("image-edit-async", "/image/edit/async")
    .family(Family::Images)
    .scope(Scope::ImageEditing)
    .summary("Edit a picture in the background")
    .needs(&[Tasks, EditQueue, Uploads, UploadFiles, StoragesRead])
    .limit(LimitClass::ImageEdit)
    .priced()
    .fails(&[ErrorKind::StorageNotFound])
    .example(|| json!({"input": "https://example.com/photo.jpg", "operations": {"resizing": {"width": 1000}, "adjustments": {"sharpness": 20}}, "output": {"format": "webp"}}));

pub const IMAGE_EDIT_ASYNC_GET: Endpoint<TaskQuery, TaskReport> =
    Endpoint::get("image-edit-async-get", "/image/edit/async/{id}")
        .family(Family::Images)
        .scope(Scope::ImageEditing)
        .summary("Look at a task, or wait for its end with `?wait=`")
        .needs(&[Tasks])
        .fails(&[ErrorKind::TaskNotFound]);

pub const IMAGE_EDIT_ASYNC_DELETE: Endpoint<TaskRef, Task> =
    Endpoint::delete("image-edit-async-delete", "/image/edit/async/{id}")
        .family(Family::Images)
        .scope(Scope::ImageEditing)
        .summary("Cancel a task; its hold is released")
        .needs(&[Tasks])
        .fails(&[ErrorKind::TaskNotFound, ErrorKind::TaskFinished]);

pub const IMAGE_EDIT_BATCH: Endpoint<BatchEditRequest, Task> =
    Endpoint::post("image-edit-batch", "/image/edit/batch")
        .family(Family::Images)
        .scope(Scope::ImageEditing)
        .summary("Edit a folder of a storage, or a list of pictures, in the background")
        .needs(&[
            EditBatches,
            EditBatchQueue,
            EditBatchFiles,
            Fetch,
            Uploads,
            UploadFiles,
            StoragesRead,
            Unseal,
        ])
        .limit(LimitClass::ImageEdit)
        .body(MAX_BATCH_BODY)
        .priced()
        .fails(&[ErrorKind::StorageNotFound, ErrorKind::InputUnreachable, ErrorKind::OutputNotWritten])
        .example(|| {
            json!({"input": {"source": "storage://shop/originals/", "recursive": true},
                "operations": {"resizing": {"width": 1000, "height": 1000, "fit": "bounds"}},
                "output": {"format": "webp", "destination": "storage://shop/web/"}})
        });

pub const IMAGE_EDIT_BATCH_GET: Endpoint<TaskQuery, BatchReport> =
    Endpoint::get("image-edit-batch-get", "/image/edit/batch/{id}")
        .family(Family::Images)
        .scope(Scope::ImageEditing)
        .summary("Look at a batch of edits, or wait for its end with `?wait=`")
        .needs(&[EditBatches, EditBatchFiles, FileKeys])
        .fails(&[ErrorKind::TaskNotFound]);

pub const IMAGE_EDIT_BATCH_DELETE: Endpoint<TaskRef, Task> =
    Endpoint::delete("image-edit-batch-delete", "/image/edit/batch/{id}")
        .family(Family::Images)
        .scope(Scope::ImageEditing)
        .summary("Cancel a batch of edits; what is done is kept and charged")
        .needs(&[EditBatches, EditBatchQueue, EditBatchFiles, FileKeys, Announce, DeliveryQueue])
        .fails(&[ErrorKind::TaskNotFound, ErrorKind::TaskFinished]);

pub const IMAGE_EDIT_UPLOAD: Endpoint<UploadEditRequest, EditData> =
    Endpoint::post("image-edit-upload", "/image/edit/upload")
        .family(Family::Images)
        .scope(Scope::ImageEditing)
        .summary("Edit a picture sent with the request")
        .multipart(MAX_MULTIPART_BODY)
        .size(Size::Pictures)
        .needs(&[Results, FileKeys, Fetch, StoragesRead, Unseal])
        .limit(LimitClass::ImageEdit)
        .priced()
    .fails(&[ErrorKind::StorageNotFound, ErrorKind::OutputNotWritten, ErrorKind::OutputExists])
        .example(|| json!({"operations": {"resizing": {"width": 400, "height": 400, "fit": "crop"}}, "output": {"format": "png"}}));

pub const FILE_GET: Endpoint<FileRef, Raw> = Endpoint::get("file-get", "/files/{token}/{name}")
    .summary("The bytes of a result; Range works")
    .head()
    .needs(&[ResultsRead, FileKeys])
    .media("application/octet-stream")
    .fails(&[ErrorKind::FileNotFound]);

pub const KEY_CREATE: Endpoint<KeyCreate, KeyWithSecret> = Endpoint::post("key-create", "/v1/keys")
    .family(Family::Classification)
    .scope(Scope::Keys)
    .summary("Make a key; its secret is shown this once")
    .creates()
    .needs(&[KeysWrite])
    .secret_answer()
    .example(|| json!({"name": "CI", "scopes": ["image_editing"], "spend_cap": 100}));

pub const KEY_LIST: Endpoint<PageQuery, Page<Key>> = Endpoint::get("key-list", "/v1/keys")
    .family(Family::Classification)
    .scope(Scope::Keys)
    .summary("All keys of the account, without secrets");

pub const KEY_GET: Endpoint<KeyRef, Key> = Endpoint::get("key-get", "/v1/keys/{id}")
    .family(Family::Classification)
    .scope(Scope::Keys)
    .summary("One key")
    .fails(&[ErrorKind::KeyNotFound]);

pub const KEY_UPDATE: Endpoint<KeyUpdate, Key> = Endpoint::patch("key-update", "/v1/keys/{id}")
    .family(Family::Classification)
    .scope(Scope::Keys)
    .summary("Rename a key or take rights from it")
    .needs(&[KeysWrite])
    .example(|| json!({"name": "CI, images only", "scopes": ["image_editing"]}))
    .fails(&[ErrorKind::KeyNotFound, ErrorKind::KeyChanged]);

pub const KEY_ROTATE: Endpoint<KeyRotate, KeyWithSecret> =
    Endpoint::post("key-rotate", "/v1/keys/{id}/rotate")
        .family(Family::Classification)
        .scope(Scope::Keys)
        .summary("A new secret for the same key; the old one may live on for a while")
        .needs(&[KeysWrite])
        .secret_answer()
        .example(|| json!({"grace_seconds": 3600}))
        .fails(&[ErrorKind::KeyNotFound, ErrorKind::KeyChanged]);

pub const KEY_DELETE: Endpoint<KeyRef, Key> = Endpoint::delete("key-delete", "/v1/keys/{id}")
    .family(Family::Classification)
    .scope(Scope::Keys)
    .summary("Revoke a key")
    .needs(&[KeysWrite])
    .fails(&[ErrorKind::KeyNotFound, ErrorKind::KeyChanged]);

pub const BALANCE_GET: Endpoint<Nothing, Balance> = Endpoint::get("balance-get", "/v1/balance")
    .family(Family::Classification)
    .scope(Scope::Billing)
    .summary("What the account has, holds and has spent");

pub const BALANCE_GRANT: Endpoint<GrantCreate, LedgerEntry> =
    Endpoint::post("balance-grant", "/v1/balance/grants")
        .family(Family::Classification)
        .scope(Scope::Operator)
        .summary("Grant credits to an account (operator)")
        .creates()
        .example(|| json!({"account": "default", "credits": 500, "reason": "November top-up"}))
        .fails(&[ErrorKind::AccountNotFound, ErrorKind::GrantBelowZero]);

pub const LEDGER_LIST: Endpoint<PageQuery, Page<LedgerEntry>> =
    Endpoint::get("ledger-list", "/v1/balance/ledger")
        .family(Family::Classification)
        .scope(Scope::Billing)
        .summary("Every grant, hold, charge and release, newest first");

pub const USAGE_GET: Endpoint<UsageQuery, UsageReport> = Endpoint::get("usage-get", "/v1/usage")
    .family(Family::Classification)
    .scope(Scope::Billing)
    .summary("Calls, tokens, credits and latency by time; CSV with `Accept: text/csv`")
    .needs(&[LogsRead]);

pub const LOG_LIST: Endpoint<LogQuery, Page<LogRow>> = Endpoint::get("log-list", "/v1/logs")
    .family(Family::Classification)
    .scope(Scope::Logs)
    .summary("Calls of the last 30 days, newest first")
    .needs(&[LogsRead]);

pub const CLASSIFY: Endpoint<ClassifyRequest, Classified> = Endpoint::post("classify", "/v1/classify")
    .family(Family::Classification)
    .scope(Scope::Classify)
    .public()
    .summary("The one label that fits a text, a picture or a document best")
    .body(MAX_MEDIA_BODY)
    .size(Size::Models)
    .needs(&[
        ClassifiersRead,
        Cache,
        Fetch,
        Uploads,
        UploadFiles,
        StoragesRead,
        Unseal,
        HostedModel,
        OwnEncoder,
    ])
    .limit(LimitClass::Classify)
    .priced()
    .example(
        || json!({"text": "I was charged twice this month", "labels": ["billing", "technical", "sales"]}),
    )
    .fails(&[ErrorKind::ClassifierNotFound, ErrorKind::EncryptedDocument]);

pub const TAG: Endpoint<TagRequest, Tagged> = Endpoint::post("tag", "/v1/tag")
    .family(Family::Classification)
    .scope(Scope::Classify)
    .public()
    .summary("Every label that fits a text, a picture or a document")
    .body(MAX_MEDIA_BODY)
    .size(Size::Models)
    .needs(&[ClassifiersRead, Cache, Fetch, Uploads, UploadFiles, StoragesRead, Unseal, HostedModel, OwnEncoder])
    .limit(LimitClass::Classify)
    .priced()
    .example(|| json!({"text": "Tech stocks surge amid AI boom", "labels": ["politics", "technology", "finance"], "threshold": 0.5}))
    .fails(&[ErrorKind::ClassifierNotFound, ErrorKind::EncryptedDocument]);

pub const CLASSIFY_BATCH: Endpoint<ClassifyBatchRequest, ClassifiedBatch> = Endpoint::post(
    "classify-batch",
    "/v1/classify/batch",
)
.family(Family::Classification)
.scope(Scope::Classify)
.summary("The label of each of up to 1000 texts")
.body(MAX_BATCH_BODY)
.size(Size::Models)
.needs(&[ClassifiersRead, Cache, Fetch, Uploads, UploadFiles, StoragesRead, Unseal, HostedModel, OwnEncoder])
.limit(LimitClass::Classify)
.priced()
.example(
    || json!({"texts": ["I was charged twice", "It crashes at start"], "labels": ["billing", "technical"]}),
)
.fails(&[ErrorKind::ClassifierNotFound, ErrorKind::EncryptedDocument]);

pub const TAG_BATCH: Endpoint<TagBatchRequest, TaggedBatch> = Endpoint::post("tag-batch", "/v1/tag/batch")
    .family(Family::Classification)
    .scope(Scope::Classify)
    .summary("The labels of each of up to 1000 texts")
    .body(MAX_BATCH_BODY)
    .size(Size::Models)
    .needs(&[ClassifiersRead, Cache, Fetch, Uploads, UploadFiles, StoragesRead, Unseal, HostedModel, OwnEncoder])
    .limit(LimitClass::Classify)
    .priced()
    .example(|| json!({"texts": ["Tech stocks surge", "The minister resigned"], "labels": ["politics", "finance"]}))
    .fails(&[ErrorKind::ClassifierNotFound, ErrorKind::EncryptedDocument]);

pub const CLASSIFIER_EVALUATE: Endpoint<Evaluate, Evaluated> =
    Endpoint::post("classifier-evaluate", "/v1/classifiers/{name}/evaluate")
        .family(Family::Classification)
        .scope(Scope::Classify)
        .summary("How good a classifier is on texts whose labels are known; fits its confidences")
        .body(MAX_BATCH_BODY)
        .size(Size::Models)
        .needs(&[Classifiers, HostedModel, OwnEncoder])
        .priced()
        .example(|| json!({"items": [{"text": "I was charged twice", "label": "billing"}, {"text": "It crashes at start", "label": "technical"}]}))
        .fails(&[ErrorKind::ClassifierNotFound, ErrorKind::ClassifierChanged]);

pub const CLASSIFIER_CREATE: Endpoint<ClassifierCreate, Classifier> =
    Endpoint::post("classifier-create", "/v1/classifiers")
        .family(Family::Classification)
        .scope(Scope::Classify)
        .summary("Save a classifier; the same name again makes its next version")
        .creates()
        .needs(&[Classifiers])
        .example(|| json!({"name": "tickets", "labels": ["billing", "technical"], "descriptions": {"billing": "Invoices, prices and refunds"}}))
        .fails(&[ErrorKind::ClassifierChanged]);

pub const CLASSIFIER_LIST: Endpoint<PageQuery, Page<Classifier>> =
    Endpoint::get("classifier-list", "/v1/classifiers")
        .family(Family::Classification)
        .scope(Scope::Classify)
        .summary("All classifiers, each in its latest version")
        .needs(&[ClassifiersRead]);

pub const CLASSIFIER_GET: Endpoint<ClassifierRef, ClassifierReport> =
    Endpoint::get("classifier-get", "/v1/classifiers/{name}")
        .family(Family::Classification)
        .scope(Scope::Classify)
        .summary("A classifier and its versions; `name@v2` shows one of them")
        .needs(&[ClassifiersRead])
        .fails(&[ErrorKind::ClassifierNotFound]);

pub const CLASSIFIER_DELETE: Endpoint<ClassifierRef, ClassifierDeleted> =
    Endpoint::delete("classifier-delete", "/v1/classifiers/{name}")
        .family(Family::Classification)
        .scope(Scope::Classify)
        .summary("Delete a classifier with all its versions")
        .needs(&[Classifiers])
        .fails(&[ErrorKind::ClassifierNotFound, ErrorKind::ClassifierChanged]);

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
