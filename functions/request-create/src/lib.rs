//! Accepts a picture for an extraction model. The request, the hand-over of the hold and the kept answer are one transaction; its place
//! among those of its model and the message follow it, and what is lost in between the worker and the sweep make up for.

use common::{ApiError, Commit, Cx, Function, Request, Response, base64};
use contract::clock::seconds;
use contract::endpoints::REQUEST_CREATE;
use contract::extraction::{RequestAccepted, RequestCreate, RequestStatus};
use contract::price::PRICES;
use contract::resources::EXTRACT_FILES;
use contract::{ErrorKind, Fault};
use serde_json::Value;
use store::{ExtractMessage, Guard, NewExtraction, OfModel, Source, Store, StoreError, TransactionError};
use uuid::Uuid;

/// Characters of a URL or file name that are kept.
const LONGEST_NAME: usize = 4_096;

pub fn function() -> Function {
    Function::http(REQUEST_CREATE, handle).quoted(|_: &RequestCreate| PRICES.extraction_of(1))
}

async fn handle(cx: Cx, req: Request<RequestCreate>) -> Result<Response<RequestAccepted>, ApiError> {
    let hold = cx.hold.clone().ok_or_else(|| ApiError::internal("a priced call came without its hold"))?;
    let model = requests::model(&cx, &req.model_id).await?;
    let id = Uuid::new_v4().to_string();
    let (source, image) = source(&cx, &req, &id).await?;
    let new = NewExtraction {
        id: id.clone(),
        account: cx.account().to_owned(),
        hold,
        source,
        of: Some(OfModel {
            model: model.id.clone(),
            generation: model.generation,
            image,
            payload: payload(&req)?,
        }),
        base_url: cx.base_url.clone(),
        created_at_ms: cx.now_ms(),
    };
    let answer = RequestAccepted {
        id: id.clone(),
        model_id: model.id,
        status: RequestStatus::Pending,
        created_at: seconds(new.created_at_ms),
    };
    let undo = remove(cx.store.clone(), new.source.clone());
    let store = cx.store.clone();
    let follow = async move {
        if let Err(error) = follow(&store, &id).await {
            tracing::warn!(extraction = id, error = %error, "not placed or sent; the sweep will");
        }
    };
    let commit = Commit::default()
        .hand_over()
        .write(move |store, all| store.extractions().create(all, &new))
        .or(deleted)
        .otherwise(undo)
        .then(follow);
    Ok(Response::from(answer).commit(commit))
}

/// The picture of a request that was not accepted in the end.
async fn remove(store: Store, source: Source) {
    if let Source::Object(object) = source
        && let Err(error) = store.results().delete(&object).await
    {
        tracing::warn!(object, %error, "not deleted; the bucket's rule will");
    }
}

/// The model was deleted since it was read: the request must not outlive it.
fn deleted(error: &TransactionError) -> Option<ApiError> {
    error.refused_by(Guard::Model).map(|_| ApiError::new(ErrorKind::ResourceNotFound))
}

async fn follow(store: &Store, id: &str) -> Result<(), StoreError> {
    if let Some(extraction) = store.extractions().load(id).await? {
        store.extractions().place(&extraction).await?;
    }
    store.queues().send_extracts(&[ExtractMessage::Read(id.to_owned())]).await
}

/// Where the worker finds the picture, and what is shown of it.
async fn source(
    cx: &Cx,
    req: &Request<RequestCreate>,
    id: &str,
) -> Result<(Source, Option<String>), ApiError> {
    let (bytes, name) = match &req.file {
        Some(file) => (file.bytes.clone(), Some(file.name.clone())),
        None if !req.image.starts_with("data:") && req.image.contains("://") => {
            if req.image.len() > LONGEST_NAME {
                return Err(refused("is a URL of more than 4096 characters"));
            }
            if let Some(upload) = uploads::id_of(&req.image) {
                // What the worker reads is what is there now, or nothing.
                uploads::pin(cx, cx.account(), upload).await?;
            }
            return Ok((Source::Url(req.image.clone()), Some(req.image.clone())));
        }
        None => (decoded(&req.image)?.into(), None),
    };
    let object = format!("{EXTRACT_FILES}{}/{id}", cx.account());
    cx.store.results().put(&object, bytes, "application/octet-stream").await?;
    Ok((Source::Object(object), name.map(|name| name.chars().take(LONGEST_NAME).collect())))
}

fn decoded(image: &str) -> Result<Vec<u8>, ApiError> {
    base64::encoded(image).and_then(base64::decode).ok_or_else(|| refused("is neither a URL nor base64"))
}

fn refused(sentence: &str) -> ApiError {
    ApiError::invalid(vec![Fault::other("image", sentence)])
}

/// The payload as it was sent, nulls and all; a string is the JSON in it.
fn payload(req: &Request<RequestCreate>) -> Result<Option<String>, ApiError> {
    let sent: Value = serde_json::from_slice(&req.sent).map_err(ApiError::internal)?;
    Ok(match sent.get("payload") {
        None | Some(Value::Null) => None,
        Some(Value::String(json)) => Some(json.clone()),
        Some(other) => Some(other.to_string()),
    })
}
