//! Accepts edits of a folder or of a list of pictures. What is written before the commit nobody finds without it, and the message that follows
//! it is sent by the sweep where it is lost.

mod acceptance;

use common::{ApiError, Commit, Cx, Function, Quote, Request, Response};
use contract::clock::micros;
use contract::endpoints::IMAGE_EDIT_BATCH;
use contract::images::{BatchEditRequest, BatchUri};
use contract::price::PRICES;
use contract::tasks::{Task, TaskStatus};
use edit_batches::{Manifest, StoredRequest, keep, result_url};
use store::{EditBatchRecord, Listing, NewEditBatch, Store, StoreError, random_id};

/// The price of one edit is held while the call runs, so that an empty balance is told at once; a batch is paid for chunk by chunk.
pub fn function() -> Function {
    Function::http(IMAGE_EDIT_BATCH, handle).quoted(|_: &BatchEditRequest| PRICES.image_edit)
}

async fn handle(cx: Cx, req: Request<BatchEditRequest>) -> Result<Response<Task>, ApiError> {
    let (stored, request) = StoredRequest::of(&req.sent)?;
    acceptance::check(&cx, &req).await?;
    let id = random_id();
    let listing = match req.folder() {
        Some(_) => None,
        None => Some(manifest(&cx.store, id, &req).await?),
    };
    keep(&cx.store, id, stored).await?;
    let batch = EditBatchRecord::new(NewEditBatch {
        id,
        account: cx.account().to_owned(),
        key_id: cx.key()?.id.clone(),
        request_id: cx.request_id.clone(),
        base_url: cx.base_url.clone(),
        prefix: cx.prefix.to_owned(),
        price: PRICES.image_edit,
        listing,
        created_at_ms: cx.now_ms(),
    });
    let answer = Task {
        id,
        status: TaskStatus::Accepted,
        result_url: result_url(&cx.base_url, cx.prefix, id),
        created_at: micros(batch.created_at_ms),
        request,
    };
    let (store, created) = (cx.store.clone(), batch.clone());
    let send = async move {
        if let Err(error) = send(&store, &created).await {
            tracing::warn!(batch = created.id, %error, "messages not sent; the sweep will");
        }
    };
    let commit =
        Commit::default().write(move |store, all| store.edit_batches().create(all, &batch)).then(send);
    Ok(Response::from(answer).done(Some(Quote::default())).commit(commit))
}

/// Of pictures that are named one by one.
async fn manifest(store: &Store, id: u64, request: &BatchEditRequest) -> Result<Listing, StoreError> {
    let mut manifest = Manifest::new(store, id, request.output().format());
    for BatchUri(uri) in request.uris() {
        manifest.add(uri.clone(), "", None).await?;
    }
    manifest.finish().await
}

async fn send(store: &Store, batch: &EditBatchRecord) -> Result<(), StoreError> {
    let messages = store.edit_batches().messages(batch, i64::MAX).await?;
    store.queues().send_edit_chunks(&messages, 0).await
}
