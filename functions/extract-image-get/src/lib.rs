//! Shows an extraction in the background, and its answer once it has one.

use common::{ApiError, Cx, Function, Request, Response};
use contract::ErrorKind;
use contract::endpoints::EXTRACT_IMAGE_GET;
use contract::extraction::{Extracted, ExtractionReport, RequestRef};
use contract::tasks::TaskStatus;
use store::Read;

pub fn function() -> Function {
    Function::http(EXTRACT_IMAGE_GET, handle)
}

async fn handle(cx: Cx, req: Request<RequestRef>) -> Result<Response<ExtractionReport>, ApiError> {
    let unknown = || ApiError::new(ErrorKind::ResourceNotFound);
    let found = cx.store.extractions().find(cx.account(), &req.id).await?;
    let extraction = found.filter(|extraction| extraction.of.is_none()).ok_or_else(unknown)?;
    let result = match (&extraction.answer, extraction.status) {
        (Some(object), TaskStatus::Done) => Some(answer(&cx, object).await?.ok_or_else(unknown)?),
        _ => None,
    };
    Ok(extraction.report(&cx.base_url, result).into())
}

/// `None`: its time is over.
async fn answer(cx: &Cx, object: &str) -> Result<Option<Extracted>, ApiError> {
    match cx.store.results().get(object, None).await? {
        Read::Found(found) => {
            let bytes = found.body.collect().await.map_err(ApiError::internal)?.into_bytes();
            serde_json::from_slice(&bytes).map(Some).map_err(ApiError::internal)
        }
        Read::Missing | Read::NotSatisfiable => Ok(None),
    }
}
