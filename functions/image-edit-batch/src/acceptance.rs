//! What can be known to fail is told before anything is accepted: storages that are not there, a folder without files, a destination that
//! cannot be written to.

use std::collections::HashSet;
use std::time::Duration;

use common::{ApiError, Cx};
use connectors::{ConnectorError, Connectors, probe_folder};
use contract::Fault;
use contract::images::{
    BatchEditRequest, BatchInput, BatchUri, Folder, OutputChoice, StorageType, StorageUri, is_storage_uri,
};

/// Longest look at a folder.
const LOOK: Duration = Duration::from_secs(7);

pub(crate) async fn check(cx: &Cx, request: &BatchEditRequest) -> Result<(), ApiError> {
    let inputs = async {
        match request.folder() {
            Some(folder) => {
                let field =
                    if matches!(request.input, BatchInput::Options(_)) { "input.source" } else { "input" };
                look(cx, folder, field).await
            }
            None => named(cx, request.uris()).await,
        }
    };
    futures::try_join!(inputs, try_destination(cx, request)).map(drop)
}

/// A folder that can be listed and has something in it.
async fn look(cx: &Cx, folder: Folder<'_>, field: &str) -> Result<(), ApiError> {
    let storage = storages::named(&cx.store, cx.account(), storages::parsed(folder.uri, field)?).await?;
    let fault = |sentence: &str| ApiError::invalid(vec![Fault::other(field, sentence)]);
    if storage.kind == StorageType::WebFolder {
        return Err(fault("the files of a web folder cannot be listed: name them one by one"));
    }
    let (_, path) = folder.place().map_err(fault)?;
    let connector =
        cx.shared(Connectors::load)?.open(cx, &storage).await.map_err(ConnectorError::of_input)?;
    let listed = tokio::time::timeout(LOOK, connector.list(&path, folder.recursive, None)).await;
    let listed = listed.unwrap_or(Err(ConnectorError::Slow)).map_err(ConnectorError::of_input)?;
    if listed.paths.is_empty() && listed.next.is_none() {
        return Err(fault("the folder has no files"));
    }
    Ok(())
}

/// The storages and uploads that are named one by one.
async fn named(cx: &Cx, uris: &[BatchUri]) -> Result<(), ApiError> {
    let mut storages_seen = HashSet::new();
    for (index, BatchUri(uri)) in uris.iter().enumerate() {
        if is_storage_uri(uri) {
            let uri: StorageUri<'_> = storages::parsed(uri, &format!("input.{index}"))?;
            if storages_seen.insert(uri.storage) {
                storages::named(&cx.store, cx.account(), uri).await?;
            }
        } else if let Some(id) = uploads::id_of(uri) {
            // What the worker reads is what is there now, or nothing.
            uploads::pin(cx, cx.account(), id).await?;
        }
    }
    Ok(())
}

/// A destination is written to once before any edit is paid for.
async fn try_destination(cx: &Cx, request: &BatchEditRequest) -> Result<(), ApiError> {
    let output = request.output();
    let Some(uri) = &output.destination else { return Ok(()) };
    let field = if matches!(request.output, Some(OutputChoice::Options(_))) {
        "output.destination"
    } else {
        "output"
    };
    let uri = storages::parsed(uri, field)?;
    let storage = storages::destination(&cx.store, cx.account(), uri, field).await?;
    let connectors = cx.shared(Connectors::load)?;
    let connector = connectors.open(cx, &storage).await.map_err(ConnectorError::of_output)?;
    probe_folder(&*connector, uri.path).await.map_err(ConnectorError::of_output)
}
