//! Trying a storage.

use std::time::{Duration, Instant};

use bytes::Bytes;
use contract::images::StorageTested;
use uuid::Uuid;

use crate::{Connector, ConnectorError, Existing, NewObject};

/// Longest of its three steps, which must fit into a call.
const STEP: Duration = Duration::from_secs(7);

/// Reads a listing, writes a small object under a fresh name and deletes it; says what failed first, and why, and what is left.
pub async fn probe(storage: &dyn Connector) -> StorageTested {
    let readable = limited(storage.reach()).await;
    let Written { name, written, left } = write(storage, "").await;
    let mut sentences = Vec::new();
    if let Err(error) = &readable {
        sentences.push(format!("The storage cannot be read: {error}."));
    }
    match (&written, left) {
        (Err(ConnectorError::ReadOnly), _) | (Ok(()), None) => {}
        (Ok(()), Some(error)) => {
            sentences.push(format!("{name} was written and cannot be deleted: {error}."));
        }
        (Err(_), _) if readable.is_err() => {}
        (Err(error), _) => sentences.push(format!("No object can be written: {error}.")),
    }
    let error = (!sentences.is_empty()).then(|| sentences.join(" "));
    StorageTested { readable: readable.is_ok(), writable: written.is_ok(), error }
}

/// Writes a small object into a folder (empty, or with a slash at its end) and deletes it; whether it could be written.
pub async fn probe_folder(storage: &dyn Connector, folder: &str) -> Result<(), ConnectorError> {
    let Written { left, written, .. } = write(storage, folder).await;
    if let Some(error) = left {
        tracing::warn!(%error, "the object of a test of a folder could not be deleted");
    }
    written
}

/// What came of the small object.
struct Written {
    name: String,
    written: Result<(), ConnectorError>,
    /// Why it is still there.
    left: Option<ConnectorError>,
}

async fn write(storage: &dyn Connector, folder: &str) -> Written {
    let name = format!("{folder}.atelier-test-{}", Uuid::new_v4().simple());
    let body = Bytes::from_static(b"atelier");
    let object = NewObject { path: &name, body, content_type: "text/plain", existing: Existing::Replaced };
    let written = storage.write(object, Instant::now() + STEP).await.map(drop);
    // What took too long may have been written nevertheless.
    let left = match &written {
        Ok(()) | Err(ConnectorError::Slow) => limited(storage.delete(&name)).await.err(),
        Err(_) => None,
    };
    Written { name, written, left }
}

async fn limited(step: impl Future<Output = Result<(), ConnectorError>>) -> Result<(), ConnectorError> {
    tokio::time::timeout(STEP, step).await.unwrap_or(Err(ConnectorError::Slow))
}
