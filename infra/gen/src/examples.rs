//! Answers as clients see them, one for each route that answers JSON of its own.

mod classification;

use contract::{Family, Route};
use serde_json::{Value, json};

const REQUEST: &str = "5d0c9c4e-7a43-4a58-9d0f-3a1f6a1b7c22";
const WEBHOOK: &str = "wh_5c7e1f0a9b3d4e68a1c2b4d6f8091a3b";
const UPLOAD: &str = "upload_5c7e1f0a9b3d4e68a1c2b4d6f8091a3b";

/// The whole body of a success, wrapped as the family wraps it.
pub fn response(route: &Route) -> Option<Value> {
    let body = body(route.name)?;
    Some(if route.family == Family::Images { json!({"data": body}) } else { body })
}

fn body(name: &str) -> Option<Value> {
    Some(match name {
        "image-edit" => edit(800, 533, "jpeg"),
        "image-edit-upload" => edit(400, 400, "png"),
        "image-edit-async" => task("ACCEPTED"),
        "image-edit-async-delete" => task("CANCELLED"),
        "image-edit-async-get" => report(),
        "image-edit-batch" => batch("ACCEPTED"),
        "image-edit-batch-delete" => batch("CANCELLED"),
        "image-edit-batch-get" => batch_report(),
        "storage-types" => json!(["web_folder", "s3", "gcs"]),
        "storage-create" | "storage-get" | "storage-update" => storage(),
        "storage-list" => {
            let mut listed = storage();
            listed["parameters"].as_object_mut()?.remove("credentials");
            json!([listed])
        }
        "storage-delete" => Value::Null,
        "storage-test" => json!({"readable": true, "writable": true, "error": null}),
        "key-create" | "key-rotate" => with_secret(key()),
        "key-list" => json!({"data": [key()], "next_cursor": null}),
        "key-get" | "key-update" => key(),
        "key-delete" => {
            let mut revoked = key();
            revoked["status"] = json!("revoked");
            revoked
        }
        "balance-get" => json!({
            "balance": 9998, "held": 1, "spent": 1, "currency": "credits", "usd": {"balance": 9.998, "spent": 0.001},
            "spent_this_month": 1, "updated_at": "2026-03-05T10:00:00Z",
        }),
        "balance-grant" => entry("grant", 500),
        "ledger-list" => {
            json!({"data": [entry("charge", -1), entry("hold", -1), entry("grant", 500)], "next_cursor": null})
        }
        "upload-create" | "upload-renew" => json!({
            "id": UPLOAD, "uri": format!("upload://{UPLOAD}"), "method": "POST",
            "url": "https://api.example.com/uploads/QWJjZGVmZ2hpamts", "fields": {"key": format!("uploads/{UPLOAD}")},
            "urls_expire_at": "2026-03-05T11:00:00Z", "expires_at": "2026-03-06T10:00:00Z",
        }),
        "upload-get" | "upload-complete" => json!({
            "id": UPLOAD, "uri": format!("upload://{UPLOAD}"), "status": "ready", "filename": "photo.jpg",
            "content_type": "image/jpeg", "size": 48_213, "created_at": "2026-03-05T10:00:00Z",
            "expires_at": "2026-03-06T10:00:00Z",
        }),
        "webhook-create" => {
            let mut made = webhook();
            // Why not a whole secret: scanners for secrets would find it.
            made["secret"] = json!("whsec_MfKQ9r8G...");
            made
        }
        "webhook-list" => json!({"data": [webhook()], "next_cursor": null}),
        "webhook-get" => webhook(),
        "webhook-delete" => json!({"id": WEBHOOK, "deleted": true}),
        "webhook-deliveries" => json!({"data": [delivery("delivered", 1)], "next_cursor": null}),
        "webhook-redeliver" => delivery("pending", 0),
        "extract-image" => json!({
            "results": "{\"shop\":\"Lighting Norvia\",\"date\":\"2023-02-08\",\"total\":11.77}",
            "prompt": "Read the shop, the date and the total", "imageCount": 1, "creditUsage": 11,
            "data": {"shop": "Lighting Norvia", "date": "2023-02-08", "total": 11.77},
            "images": [{"index": 0, "error": null}], "truncated": false, "model": "ppocr-v6+fields",
        }),
        "extract-image-formats" => json!({
            "supportedFormats": ["png", "jpeg", "webp", "heic"], "converted": ["avif", "gif", "bmp", "tiff"],
        }),
        "extract-image-get" => json!({
            "id": REQUEST, "status": "completed", "resultUrl": format!("https://api.example.com/api/v1/extract-image/{REQUEST}"),
            "createdAt": "2026-03-05T10:00:00Z", "result": body("extract-image"), "error": null,
        }),
        "request-create" => json!({
            "id": REQUEST, "model_id": "receipts", "status": "pending", "created_at": "2026-03-05T10:00:00Z",
        }),
        "request-get" => request_item(),
        "request-list" => numbered(request_item()),
        "request-model-create" => extraction_model(),
        "request-model-list" => numbered(extraction_model()),
        "request-model-delete" => json!({"id": "receipts", "deleted": true}),
        "extract-document" => json!({
            "results": "{\"invoice_number\":\"2026-118\",\"amount_due\":1234.56}",
            "prompt": "Read the invoice number and the amount due", "pages": 2, "fileCount": 1, "creditUsage": 12,
            "data": {"invoice_number": "2026-118", "amount_due": 1234.56},
            "files": [{"index": 0, "error": null}], "truncated": false, "model": "ppocr-v6+fields",
        }),
        "upload-delete" => json!({"id": UPLOAD, "deleted": true}),
        "health" => json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")}),
        "limits-get" => limits(),
        _ => return classification::body(name),
    })
}

fn webhook() -> Value {
    json!({
        "id": WEBHOOK, "url": "https://example.com/hooks/atelier", "events": ["task.done", "task.error"],
        "status": "enabled", "created_at": "2026-03-05T10:00:00Z",
    })
}

fn delivery(status: &str, attempts: u32) -> Value {
    let is_pending = status == "pending";
    json!({
        "id": "msg_17727048000009f3c2e71b04d58a6", "event": "task.done", "status": status,
        "created_at": "2026-03-05T10:00:00Z", "attempts": attempts,
        "last_status": if is_pending { Value::Null } else { json!(200) }, "last_error": null,
        "next_attempt_at": if is_pending { json!("2026-03-05T10:02:10Z") } else { Value::Null },
    })
}

fn storage() -> Value {
    json!({
        "id": 2_214_389_221_288_346_u64, "name": "shop", "type": "s3",
        "parameters": {
            "bucket": "shop-pictures", "path": "catalogue", "region": "eu-central-1",
            "credentials": {"access_key": "AKIAIOSFODNN7EXAMPLE"},
        },
        "created_at": "2026-03-13T11:37:09.160554+00:00",
    })
}

fn request_item() -> Value {
    json!({
        "id": REQUEST, "model_id": "receipts", "status": "completed",
        "data": {"shop": "Lighting Norvia", "date": "2023-02-08", "total": 11.77}, "payload": {"order": 4711},
        "image": "receipt.jpg", "created_at": "2026-03-05T10:00:00Z", "error": null,
    })
}

fn extraction_model() -> Value {
    json!({
        "id": "receipts", "name": "Receipts", "prompt": "Read the shop, the date and the total",
        "schema": {"type": "object", "properties": {"shop": {"type": "string"}, "total": {"type": "number"}}},
        "created_at": "2026-03-05T10:00:00Z",
    })
}

fn numbered(item: Value) -> Value {
    json!({"items": [item], "total": 1, "page": 1, "size": 10, "pages": 1})
}

fn picture(ext: &str, width: u32, height: u32) -> Value {
    json!({
        "ext": ext, "mps": f64::from(width) * f64::from(height) / 1e6, "mime": format!("image/{ext}"),
        "format": ext.to_ascii_uppercase(), "width": width, "height": height,
    })
}

fn result(ext: &str, width: u32, height: u32) -> Value {
    let mut object = picture(ext, width, height);
    object["tmp_url"] = json!(format!("https://api.example.com/files/QWJjZGVmZ2hpamts/photo.{ext}"));
    object
}

fn edit(width: u32, height: u32, ext: &str) -> Value {
    let milliseconds = json!({
        "decode": 19.4, "resize": 3.1, "orient": 0.0, "color": 0.0, "hdr": 0.0, "adjust": 0.0, "place": 0.0, "encode": 6.2,
    });
    json!({
        "input": picture("jpeg", 3000, 2000), "output": result(ext, width, height),
        "profiling": {"milliseconds": milliseconds},
    })
}

fn request() -> Value {
    json!({"input": "https://example.com/photo.jpg", "operations": {"resizing": {"width": 1000}}})
}

fn task(status: &str) -> Value {
    json!({
        "id": 4_801_762_239_845_221_u64, "status": status,
        "result_url": "https://api.example.com/v1-beta1/image/edit/async/4801762239845221",
        "created_at": "2026-03-13T11:37:09.160554+00:00", "request": request(),
    })
}

fn report() -> Value {
    json!({
        "id": 4_801_762_239_845_221_u64, "status": "DONE", "created_at": "2026-03-13T11:37:09.160554+00:00",
        "request": request(), "errors": [],
        "result": {"input_object": picture("jpeg", 3000, 2000), "output_object": result("jpeg", 1000, 667)},
    })
}

fn batch_request() -> Value {
    json!({
        "input": {"source": "storage://shop/originals/", "recursive": true},
        "operations": {"resizing": {"width": 1000, "height": 1000, "fit": "bounds"}},
        "output": {"format": "webp", "destination": "storage://shop/web/"},
    })
}

fn batch(status: &str) -> Value {
    json!({
        "id": 2_947_120_388_517_334_u64, "status": status,
        "result_url": "https://api.example.com/v1-beta1/image/edit/batch/2947120388517334",
        "created_at": "2026-03-13T11:37:09.160554+00:00", "request": batch_request(),
    })
}

fn batch_report() -> Value {
    let mut output = picture("webp", 1000, 667);
    let key = "web/chairs/oak.webp";
    output["object_key"] = json!(key);
    output["object_bucket"] = json!("shop-pictures");
    output["object_uri"] = json!(format!("s3://shop-pictures/{key}"));
    output["claid_storage_uri"] = json!(format!("storage://shop/{key}"));
    json!({
        "id": 2_947_120_388_517_334_u64, "status": "DONE", "created_at": "2026-03-13T11:37:09.160554+00:00",
        "request": batch_request(),
        "errors": [{
            "error": "The input cannot be read: the content is not a picture.", "created_at": "2026-03-13T11:37:11.204117+00:00",
            "input_object": null, "source": "storage://shop/originals/readme.txt",
        }],
        "results": [{
            "source": "storage://shop/originals/chairs/oak.jpg", "input_object": picture("jpeg", 3000, 2000), "output_object": output,
        }],
        "progress": {"total": 2, "done": 1, "failed": 1},
    })
}

fn key() -> Value {
    json!({
        "id": "key_7f3k2m9q4x8w1z5r", "name": "CI", "prefix": "atl_live_4Rt", "last4": "x9Qd", "scopes": ["image_editing"],
        "status": "active", "created_at": "2026-03-05T10:00:00Z", "expires_at": null, "rate_limit": null, "spend_cap": 100,
        "log_bodies": false, "last_used_at": "2026-03-05T10:12:44Z", "spent_this_month": 12,
    })
}

fn with_secret(mut key: Value) -> Value {
    // Why not a whole key: scanners for secrets would find it.
    key["key"] = json!("atl_live_4Rt...x9Qd");
    key
}

fn entry(kind: &str, credits: i64) -> Value {
    let reason = if kind == "grant" { json!("November top-up") } else { Value::Null };
    let call = if kind == "grant" { Value::Null } else { json!("0b5f9a52-6c2e-4b7e-9f0c-2f9d1f0f6a11") };
    let by = if kind == "grant" { Value::Null } else { json!("key_7f3k2m9q4x8w1z5r") };
    json!({
        "id": format!("entry_{kind}_5x8w1z5r"), "kind": kind, "credits": credits, "created_at": "2026-03-05T10:00:00Z",
        "request_id": call, "key_id": by, "reason": reason,
    })
}

fn limits() -> Value {
    use contract::classification::Priority;
    use contract::images::{AVAILABLE_OPERATIONS, INPUT_FORMATS, OUTPUT_FORMATS};
    use contract::limits::{
        self, LimitClass, MAX_INPUT_BY_URL, MAX_JSON_BODY, MAX_MULTIPART_BODY, RESULT_SECONDS, SYNC_SECONDS,
        Tier,
    };
    let rates: std::collections::BTreeMap<_, _> =
        LimitClass::ALL.map(|class| (class.name(), class.rate())).into();
    json!({
        "sizes": {
            "json_body_bytes": MAX_JSON_BODY, "multipart_body_bytes": MAX_MULTIPART_BODY,
            "input_by_url_bytes": MAX_INPUT_BY_URL, "decoded_pixels": 50_000_000, "decoded_side": 32_767,
            "output_pixels": 100_000_000, "sync_seconds": SYNC_SECONDS, "result_seconds": RESULT_SECONDS,
            "text_characters": limits::MAX_TEXT_CHARS, "labels": limits::MAX_LABELS, "examples_a_label": limits::MAX_EXAMPLES,
            "images": limits::MAX_IMAGES, "image_bytes": limits::MAX_IMAGE_BYTES, "document_bytes": limits::MAX_DOCUMENT_BYTES,
            "document_pages": limits::MAX_DOCUMENT_PAGES, "media_body_bytes": limits::MAX_MEDIA_BODY,
            "batch_texts": limits::MAX_BATCH_TEXTS, "batch_body_bytes": limits::MAX_BATCH_BODY,
            "job_file_bytes": limits::MAX_BATCH_UPLOAD, "job_line_bytes": limits::MAX_BATCH_LINE,
            "upload_bytes": limits::MAX_UPLOAD, "upload_form_bytes": limits::MAX_FORM_UPLOAD,
            "uploads_pending": limits::MAX_PENDING_UPLOADS, "uploads_stored_bytes": limits::MAX_STORED_UPLOADS,
            "batch_edit_uris": limits::MAX_BATCH_URIS, "batch_edit_objects": limits::MAX_BATCH_OBJECTS, "storages": limits::MAX_STORAGES,
        },
        "prices": contract::price::PRICES,
        "rate_limits": rates,
        "tiers": Tier::ALL.map(|tier| (tier.name(), tier.limits())).into_iter().collect::<std::collections::BTreeMap<_, _>>(),
        "formats": {"input": INPUT_FORMATS, "output": OUTPUT_FORMATS},
        "operations": AVAILABLE_OPERATIONS,
        "models": {"classify_standard": Priority::Standard.model(), "classify_fast": Priority::Fast.model()},
    })
}

#[cfg(test)]
mod tests {
    use contract::endpoints::ROUTES;
    use contract::validate::{drop_nulls, validate};

    use super::*;

    #[test]
    fn every_route_that_answers_json_of_its_own_has_an_example_that_fits_its_schema() {
        for route in ROUTES.iter().filter(|route| route.media.is_none()) {
            let mut example = body(route.name).unwrap_or_else(|| panic!("{} has no example", route.name));
            drop_nulls(&mut example);
            let faults = validate(&example, &(route.response_schema)(), true);
            assert_eq!(faults, [], "{}", route.name);
        }
    }

    #[test]
    fn every_example_of_a_request_fits_its_schema() {
        for route in ROUTES.iter().filter(|route| route.example.is_some()) {
            let mut example = route.example.map_or(Value::Null, |example| example());
            for name in route.path_parameters() {
                let is_number = (route.request_schema)()["properties"][name]["type"] == "integer";
                example[name] = if is_number { json!(1) } else { json!("key_7f3k2m9q4x8w1z5r") };
            }
            assert_eq!(validate(&example, &(route.request_schema)(), true), [], "{}", route.name);
        }
    }
}
