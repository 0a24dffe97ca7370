//! Classify, tag and classifiers.

use serde_json::json;

use crate::classification::{
    Classified, ClassifiedBatch, Classifier, ClassifierCreate, ClassifierDeleted, ClassifierRef,
    ClassifierReport, ClassifyBatchRequest, ClassifyRequest, Evaluate, Evaluated, TagBatchRequest,
    TagRequest, Tagged, TaggedBatch,
};
use crate::endpoint::{Endpoint, Size};
use crate::limits::{LimitClass, MAX_BATCH_BODY, MAX_MEDIA_BODY};
use crate::platform::keys::{Page, PageQuery};
use crate::resources::Needs::{
    Cache, Classifiers, ClassifiersRead, Fetch, HostedModel, OwnEncoder, StoragesRead, Unseal, UploadFiles,
    Uploads,
};
use crate::{ErrorKind, Family, Scope};

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
