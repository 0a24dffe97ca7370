//! Sizes, prices, rates, formats and operations of this version.

use std::collections::BTreeMap;

use common::{ApiError, Config, Cx, Function, Request, Response};
use contract::Nothing;
use contract::classification::Priority;
use contract::endpoints::LIMITS_GET;
use contract::images::{AVAILABLE_OPERATIONS, INPUT_FORMATS, OUTPUT_FORMATS};
use contract::limits::{self, LimitClass, Tier};
use contract::platform::service::{Formats, Limits, Sizes};
use contract::price::PRICES;
use contract::settings;

pub fn function() -> Function {
    Function::http(LIMITS_GET, handle)
}

async fn handle(cx: Cx, _: Request<Nothing>) -> Result<Response<Limits>, ApiError> {
    let sizes = Sizes {
        json_body_bytes: limits::MAX_JSON_BODY,
        multipart_body_bytes: limits::MAX_MULTIPART_BODY,
        input_by_url_bytes: limits::MAX_INPUT_BY_URL,
        decoded_pixels: settings::MAX_PIXELS.value_or_default().parse().map_err(ApiError::internal)?,
        decoded_side: limits::MAX_INPUT_SIDE,
        output_pixels: limits::MAX_OUTPUT_PIXELS,
        sync_seconds: limits::SYNC_SECONDS,
        result_seconds: limits::RESULT_SECONDS,
        text_characters: limits::MAX_TEXT_CHARS,
        labels: limits::MAX_LABELS,
        examples_a_label: limits::MAX_EXAMPLES,
        images: limits::MAX_IMAGES,
        image_bytes: limits::MAX_IMAGE_BYTES,
        document_bytes: limits::MAX_DOCUMENT_BYTES,
        document_pages: limits::MAX_DOCUMENT_PAGES,
        media_body_bytes: limits::MAX_MEDIA_BODY,
        batch_texts: limits::MAX_BATCH_TEXTS,
        batch_body_bytes: limits::MAX_BATCH_BODY,
        job_file_bytes: limits::MAX_BATCH_UPLOAD,
        job_line_bytes: limits::MAX_BATCH_LINE,
        upload_bytes: limits::MAX_UPLOAD,
        upload_form_bytes: limits::MAX_FORM_UPLOAD,
        uploads_pending: limits::MAX_PENDING_UPLOADS,
        uploads_stored_bytes: limits::MAX_STORED_UPLOADS,
        batch_edit_uris: limits::MAX_BATCH_URIS,
        batch_edit_objects: limits::MAX_BATCH_OBJECTS,
        storages: limits::MAX_STORAGES,
    };
    let answer = Limits {
        sizes,
        prices: PRICES,
        rate_limits: LimitClass::ALL.into_iter().map(|class| (class.name(), cx.config.rate(class))).collect(),
        tiers: Tier::ALL.into_iter().map(|tier| (tier.name(), tier.limits())).collect(),
        formats: Formats { input: INPUT_FORMATS, output: OUTPUT_FORMATS },
        operations: AVAILABLE_OPERATIONS,
        models: models(&cx.config),
    };
    Ok(answer.into())
}

/// By task. Calls without a key never reach the hosted model.
fn models(config: &Config) -> BTreeMap<&'static str, String> {
    let local = |priority: Priority| config.local_model(priority).to_owned();
    let mut models = BTreeMap::from([
        ("classify_standard", local(Priority::Standard)),
        ("classify_fast", local(Priority::Fast)),
    ]);
    if let Some(hosted) = &config.hosted_model {
        models.insert("classify_standard", hosted.clone());
        if config.public {
            models.insert("classify_public", local(Priority::Standard));
        }
    }
    models
}
