//! The items of a batch, written down once, in pages.

use bytes::Bytes;
use contract::images::FormatName;
use serde::{Deserialize, Serialize};
use store::{EditBatchRecord, Listing, Store, StoreError};

use crate::names::Names;
use crate::places::Places;

/// Items of a page. A multiple of [`MOST_CHUNK`], so that a chunk lies in one.
const PAGE: u64 = 1024;
/// Items of a chunk, at most: what is worked on between two settlements.
const MOST_CHUNK: u64 = 32;
/// A small batch is cut into so many chunks, so that several workers have something to do.
const LEAST_CHUNKS: u64 = 8;

/// An item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// URI of the picture, as it is shown.
    pub source: String,
    /// Path of an object of the folder, below its storage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Path of the result below the destination.
    pub name: String,
}

/// A manifest that is being written.
#[derive(Debug)]
pub struct Manifest<'a> {
    store: &'a Store,
    places: Places,
    names: Names,
    page: Vec<u8>,
    count: u64,
}

impl<'a> Manifest<'a> {
    pub fn new(store: &'a Store, batch: u64, format: FormatName) -> Self {
        let names = Names::new(format.name());
        Self { store, places: Places(batch), names, page: Vec::new(), count: 0 }
    }

    /// Items so far.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Adds a picture. `folder`: of its result below the destination, empty or with a slash at its end. `path`: of an object of a folder.
    pub async fn add(
        &mut self,
        source: String,
        folder: &str,
        path: Option<String>,
    ) -> Result<(), StoreError> {
        let name = self.names.give(folder, &source);
        let entry = Entry { source, path, name };
        serde_json::to_writer(&mut self.page, &entry).map_err(|error| StoreError::Failed(error.into()))?;
        self.page.push(b'\n');
        self.count += 1;
        if self.count.is_multiple_of(PAGE) { self.turn().await } else { Ok(()) }
    }

    /// Writes what is left; what is to be worked on.
    pub async fn finish(mut self) -> Result<Listing, StoreError> {
        if !self.page.is_empty() {
            self.turn().await?;
        }
        let chunk_items = self.count.div_ceil(LEAST_CHUNKS).clamp(1, MOST_CHUNK);
        Ok(Listing {
            items: i64::try_from(self.count).unwrap_or(i64::MAX),
            chunk_items: u32::try_from(chunk_items).unwrap_or(u32::MAX),
        })
    }

    async fn turn(&mut self) -> Result<(), StoreError> {
        let page = std::mem::take(&mut self.page);
        self.store.batch_files().put(&self.places.page((self.count - 1) / PAGE), Bytes::from(page)).await
    }
}

/// The items of a chunk, with their places in the input.
pub async fn entries(
    store: &Store,
    batch: &EditBatchRecord,
    chunk: u32,
) -> Result<Vec<(u64, Entry)>, StoreError> {
    let Some(listing) = batch.listing else { return Ok(Vec::new()) };
    let first = u64::from(chunk) * u64::from(listing.chunk_items);
    let page = store.batch_files().get(&Places(batch.id).page(first / PAGE)).await?;
    let lines = page.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let chunk = lines.skip((first % PAGE) as usize).take(listing.chunk_items as usize);
    let entry = |(index, line)| {
        let entry =
            serde_json::from_slice(line).map_err(|_| StoreError::malformed("an entry of a manifest"))?;
        Ok((index, entry))
    };
    (first..).zip(chunk).map(entry).collect()
}
