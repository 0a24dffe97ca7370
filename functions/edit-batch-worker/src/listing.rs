//! A folder becomes a manifest, once: what comes into it later is not part of the batch.

use std::time::{Duration, Instant};

use common::{ApiError, Platform, WorkerError};
use connectors::{ConnectorError, Connectors};
use contract::ErrorKind;
use contract::images::STORAGE_SCHEME;
use contract::limits::MAX_BATCH_OBJECTS;
use contract::resources::EDIT_BATCH_WORKER;
use edit_batches::{Manifest, fail_listing, load};
use store::{EditBatchPhase, EditBatchRecord, Listing};

/// Longest listing; the rest of the function's timeout is for what follows.
const LONGEST: Duration = Duration::from_secs(780);
const LEASE_MS: i64 = EDIT_BATCH_WORKER.timeout_seconds as i64 * 1000;

/// Pages of a listing, at most. Why more than the files need: folders without files fill pages too.
const MOST_PAGES: usize = 10_000;
/// Between two looks whether the batch was cancelled.
const LOOK: Duration = Duration::from_secs(2);

const EMPTY: &str = "The folder has no files.";
const TOO_MANY: &str = "The folder has over 100,000 files. Name a sub-folder.";
const ENDLESS: &str = "The storage's listing of the folder does not come to an end.";
const TOO_SLOW: &str = "The folder could not be listed within 13 minutes.";

pub(crate) async fn list(platform: &Platform, batch: &EditBatchRecord) -> Result<(), WorkerError> {
    let (batches, now_ms) = (platform.store.edit_batches(), platform.now_ms());
    let lease = uuid::Uuid::new_v4().to_string();
    let Some(batch) = batches.begin_listing(batch.id, &lease, (now_ms, now_ms + LEASE_MS)).await? else {
        return Ok(());
    };
    let listed = tokio::time::timeout(LONGEST, manifest(platform, &batch)).await;
    let listed = listed.unwrap_or_else(|_| Err(ApiError::because(ErrorKind::InputUnreachable, TOO_SLOW)));
    let sentence = match listed {
        // Cancelled.
        Ok(None) => return Ok(()),
        Ok(Some(listing)) if listing.items > 0 => {
            let now_ms = platform.now_ms();
            if let Some(batch) = batches.listed(batch.id, &lease, listing, now_ms).await? {
                let messages = batches.messages(&batch, i64::MAX).await?;
                platform.store.queues().send_edit_chunks(&messages, 0).await?;
                tracing::info!(
                    batch = batch.id,
                    account = batch.account,
                    items = listing.items,
                    "folder listed"
                );
            }
            return Ok(());
        }
        Ok(Some(_)) => EMPTY.to_owned(),
        Err(error) if error.kind.row().status >= 500 => {
            batches.give_back(batch.id, &lease).await?;
            return Err(WorkerError::new(error.source.unwrap_or_else(|| error.message.into())));
        }
        Err(error) => error.message,
    };
    Ok(fail_listing(platform, &batch, Some(&lease), &sentence).await?)
}

/// `None` where the batch is cancelled meanwhile.
async fn manifest(platform: &Platform, batch: &EditBatchRecord) -> Result<Option<Listing>, ApiError> {
    let request = load(&platform.store, batch.id).await?;
    let folder = request.folder().ok_or_else(|| ApiError::internal("a batch without a folder is listed"))?;
    let uri = storages::parsed(folder.uri, "input")?;
    let storage = storages::named(&platform.store, &batch.account, uri).await?;
    let connectors = platform.shared(Connectors::load)?;
    let connector = connectors.open(platform, &storage).await.map_err(ConnectorError::of_input)?;
    let (_, path) = folder.place().map_err(ApiError::internal)?;
    let mut manifest = Manifest::new(&platform.store, batch.id, request.output().format());
    let (mut from, mut looked) = (None, Instant::now());
    for _ in 0..MOST_PAGES {
        if looked.elapsed() >= LOOK {
            looked = Instant::now();
            let batch = platform.store.edit_batches().load(batch.id).await?;
            if batch.is_none_or(|batch| batch.phase != EditBatchPhase::Listing) {
                return Ok(None);
            }
        }
        let page = connector.list(&path, folder.recursive, from.clone()).await;
        let page = page.map_err(ConnectorError::of_input)?;
        for object in page.paths {
            if manifest.count() >= MAX_BATCH_OBJECTS {
                return Err(ApiError::because(ErrorKind::InputTooLarge, TOO_MANY));
            }
            let below = object.strip_prefix(&path).unwrap_or(&object);
            let sub_folder = below.rfind('/').map_or(String::new(), |slash| below[..=slash].to_owned());
            let source = format!("{STORAGE_SCHEME}{}/{object}", storage.name);
            manifest.add(source, &sub_folder, Some(object)).await?;
        }
        if page.next.is_none() {
            return Ok(Some(manifest.finish().await?));
        }
        if page.next == from {
            break;
        }
        from = page.next;
    }
    Err(ApiError::because(ErrorKind::InputUnreachable, ENDLESS))
}
