//! Data out of pictures and documents.

use serde_json::json;

use crate::endpoint::{Endpoint, Nothing, Size};
use crate::extraction::{
    ExtractDocument, ExtractFormats, ExtractImage, Extracted, ExtractedDocument, ExtractionModel,
    ExtractionReport, ModelCreate, ModelDeleted, ModelQuery, ModelRef, Numbered, RequestAccepted,
    RequestCreate, RequestItem, RequestQuery, RequestRef,
};
use crate::limits::{LimitClass, MAX_EXTRACT_BODY, MAX_MULTIPART_BODY};
use crate::resources::Needs::{
    ExtractFiles, ExtractQueue, Extractions, ExtractionsRead, Fetch, HostedModel, OwnEncoder, StoragesRead,
    Unseal, UploadFiles, Uploads,
};
use crate::{ErrorKind, Family, Scope};

const FAILS: &[ErrorKind] = &[ErrorKind::EncryptedDocument, ErrorKind::ExtractionFailed];

pub const EXTRACT_IMAGE: Endpoint<ExtractImage, Extracted> =
    Endpoint::post("extract-image", "/api/v1/extract-image")
        .family(Family::Extraction)
        .scope(Scope::Extract)
        .summary("Data or text out of pictures, by prompt")
        .body(MAX_EXTRACT_BODY)
        .size(Size::Models)
        .needs(&[Fetch, Uploads, UploadFiles, StoragesRead, Unseal, HostedModel, OwnEncoder, Extractions, ExtractFiles, ExtractQueue])
        .limit(LimitClass::Extract)
        .priced()
        .patient()
        .example(|| {
            json!({
                "inputMethod": "url", "images": ["https://example.com/receipt.jpg"], "prompt": "Read the shop, the date and the total",
                "schema": {"type": "object", "properties": {
                    "shop": {"type": "string"}, "date": {"type": "string", "format": "date"}, "total": {"type": "number"},
                }},
            })
        })
        .fails(FAILS);

pub const EXTRACT_IMAGE_FORMATS: Endpoint<Nothing, ExtractFormats> =
    Endpoint::get("extract-image-formats", "/api/v1/extract-image/formats")
        .family(Family::Extraction)
        .scope(Scope::Extract)
        .summary("Formats of pictures that can be read");

pub const EXTRACT_DOCUMENT: Endpoint<ExtractDocument, ExtractedDocument> =
    Endpoint::post("extract-document", "/api/v1/extract-document")
        .family(Family::Extraction)
        .scope(Scope::Extract)
        .summary("Data or text out of PDF, DOCX and pictures, by prompt")
        .body(MAX_EXTRACT_BODY)
        .size(Size::Models)
        .needs(&[Fetch, Uploads, UploadFiles, StoragesRead, Unseal, HostedModel, OwnEncoder])
        .limit(LimitClass::Extract)
        .priced()
        .patient()
        .example(|| {
            json!({
                "inputMethod": "url", "files": ["https://example.com/invoice.pdf"],
                "prompt": "Read the invoice number and the amount due", "jsonMode": true,
            })
        })
        .fails(FAILS);

pub const EXTRACT_IMAGE_GET: Endpoint<RequestRef, ExtractionReport> =
    Endpoint::get("extract-image-get", "/api/v1/extract-image/{id}")
        .family(Family::Extraction)
        .scope(Scope::Extract)
        .summary("Look at an extraction that was sent with `Prefer: respond-async`")
        .needs(&[ExtractionsRead, ExtractFiles])
        .fails(&[ErrorKind::ResourceNotFound]);

pub const REQUEST_CREATE: Endpoint<RequestCreate, RequestAccepted> =
    Endpoint::post("request-create", "/requests")
        .family(Family::Requests)
        .scope(Scope::Extract)
        .summary("Have a picture read by an extraction model, in the background")
        .creates()
        .form(MAX_MULTIPART_BODY, "image")
        .needs(&[Extractions, ExtractFiles, ExtractQueue, Uploads, UploadFiles])
        .limit(LimitClass::Requests)
        .priced()
        .example(|| json!({"model_id": "receipts", "image": "https://example.com/receipt.jpg", "payload": {"order": 4711}}))
        .fails(&[ErrorKind::ResourceNotFound]);

pub const REQUEST_GET: Endpoint<RequestRef, RequestItem> = Endpoint::get("request-get", "/requests/{id}")
    .family(Family::Requests)
    .scope(Scope::Extract)
    .summary("A request and what was extracted")
    .needs(&[ExtractionsRead])
    .fails(&[ErrorKind::ResourceNotFound]);

pub const REQUEST_LIST: Endpoint<RequestQuery, Numbered<RequestItem>> =
    Endpoint::get("request-list", "/requests/models/{model_id}")
        .family(Family::Requests)
        .scope(Scope::Extract)
        .summary("The requests of a model with their data, newest first, by page; `q` searches them")
        .needs(&[ExtractionsRead])
        .fails(&[ErrorKind::ResourceNotFound]);

pub const REQUEST_MODEL_CREATE: Endpoint<ModelCreate, ExtractionModel> =
    Endpoint::post("request-model-create", "/requests/models")
        .family(Family::Requests)
        .scope(Scope::Extract)
        .summary("Save a prompt as an extraction model, under an id of your own or a new one")
        .creates()
        .needs(&[Extractions])
        .example(|| {
            json!({
                "name": "Receipts", "prompt": "Read the shop, the date and the total",
                "schema": {"type": "object", "properties": {
                    "shop": {"type": "string"}, "date": {"type": "string", "format": "date"}, "total": {"type": "number"},
                }},
            })
        })
        .fails(&[ErrorKind::ModelExists, ErrorKind::TooManyModels]);

pub const REQUEST_MODEL_LIST: Endpoint<ModelQuery, Numbered<ExtractionModel>> =
    Endpoint::get("request-model-list", "/requests/models")
        .family(Family::Requests)
        .scope(Scope::Extract)
        .summary("All extraction models, newest first, by page")
        .needs(&[ExtractionsRead]);

pub const REQUEST_MODEL_DELETE: Endpoint<ModelRef, ModelDeleted> =
    Endpoint::delete("request-model-delete", "/requests/models/{model_id}")
        .family(Family::Requests)
        .scope(Scope::Extract)
        .summary("Delete an extraction model with all its requests and data")
        .needs(&[Extractions, ExtractQueue])
        .fails(&[ErrorKind::ResourceNotFound]);
