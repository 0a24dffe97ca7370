//! Data out of pictures and documents.

use serde_json::json;

use crate::endpoint::{Endpoint, Nothing, Size};
use crate::extraction::{ExtractDocument, ExtractFormats, ExtractImage, Extracted, ExtractedDocument};
use crate::limits::{LimitClass, MAX_EXTRACT_BODY};
use crate::resources::Needs::{Fetch, HostedModel, OwnEncoder, UploadFiles, Uploads};
use crate::{ErrorKind, Family, Scope};

const FAILS: &[ErrorKind] = &[ErrorKind::EncryptedDocument, ErrorKind::ExtractionFailed];

pub const EXTRACT_IMAGE: Endpoint<ExtractImage, Extracted> =
    Endpoint::post("extract-image", "/api/v1/extract-image")
        .family(Family::Extraction)
        .scope(Scope::Extract)
        .summary("Data or text out of pictures, by prompt")
        .body(MAX_EXTRACT_BODY)
        .size(Size::Models)
        .needs(&[Fetch, Uploads, UploadFiles, HostedModel, OwnEncoder])
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
        .needs(&[Fetch, Uploads, UploadFiles, HostedModel, OwnEncoder])
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
