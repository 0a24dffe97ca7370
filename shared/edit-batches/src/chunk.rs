//! Chunks in work: what is done of one, and how it ends.

use std::collections::BTreeMap;

use bytes::Bytes;
use common::Platform;
use contract::clock::micros;
use contract::images::{BatchError, BatchItem, BatchLine};
use store::{BegunChunk, ChunkDone, ChunkRecord, EditBatchRecord, StoreError, WINDOW};

use crate::advance;
use crate::places::Places;

/// What is done of a chunk, by the items' places in the input.
pub type Lines = BTreeMap<u64, BatchLine>;

/// A chunk that is ours until its lease ends.
pub struct Chunk<'a> {
    pub platform: &'a Platform,
    pub batch: &'a EditBatchRecord,
    pub record: ChunkRecord,
    pub lease: String,
    pub lines: Lines,
}

/// An item without a result.
pub fn failed(index: u64, source: String, error: String, now_ms: i64) -> BatchLine {
    let error = BatchError { error, created_at: micros(now_ms), input_object: None, source: Some(source) };
    BatchLine { index, item: BatchItem::Failed(error) }
}

/// Takes a chunk for `lease_ms`, with what is done of it. `None`: another is at it, or it has ended; then what comes behind it is seen to.
pub async fn begin<'a>(
    platform: &'a Platform,
    batch: &'a EditBatchRecord,
    number: u32,
    lease_ms: i64,
) -> Result<Option<Chunk<'a>>, StoreError> {
    let (batches, now_ms) = (platform.store.edit_batches(), platform.now_ms());
    let lease = uuid::Uuid::new_v4().simple().to_string();
    match batches.begin(batch, number, &lease, (now_ms, now_ms + lease_ms)).await? {
        BegunChunk::Busy => Ok(None),
        BegunChunk::Ended => {
            go_on(platform, batch, number).await?;
            Ok(None)
        }
        BegunChunk::Ours(record) => {
            let lines = match &record.checkpoint {
                Some(name) => parse(
                    &platform.store.batch_files().get(&Places(batch.id).checkpoint(number, name)).await?,
                )?,
                None => Lines::new(),
            };
            Ok(Some(Chunk { platform, batch, record: *record, lease, lines }))
        }
    }
}

impl Chunk<'_> {
    /// Keeps what is done, and the chunk for `lease_ms` more. `false`: it is another's by now.
    pub async fn keep(&self, lease_ms: i64) -> Result<bool, StoreError> {
        let number = self.record.number;
        let place = Places(self.batch.id).checkpoint(number, &self.lease);
        self.platform.store.batch_files().put(&place, written(&self.lines)?).await?;
        let until_ms = self.platform.now_ms() + lease_ms;
        self.platform.store.edit_batches().checkpoint(self.batch, number, &self.lease, until_ms).await
    }

    /// Ends it with what is done, and lets the batch go on.
    pub async fn end(self) -> Result<(), StoreError> {
        let Self { platform, batch, record, lease, lines } = self;
        let count = |done: bool| {
            let counted = lines.values().filter(|line| matches!(line.item, BatchItem::Done(_)) == done);
            i64::try_from(counted.count()).unwrap_or(i64::MAX)
        };
        let done = ChunkDone { done: count(true), failed: count(false) };
        let part = Places(batch.id).part(record.number, &lease);
        platform.store.batch_files().put(&part, written(&lines)?).await?;
        let hold = record.hold.as_ref();
        let now_ms = platform.now_ms();
        let won =
            platform.store.edit_batches().settle(batch, record.number, &lease, (hold, done), now_ms).await?;
        tracing::info!(
            batch = batch.id,
            account = batch.account,
            chunk = record.number,
            done = done.done,
            failed = done.failed,
            won,
            "chunk of a batch worked"
        );
        if won { go_on(platform, batch, record.number).await } else { Ok(()) }
    }

    /// Gives it back before it has ended.
    pub async fn give_back(&self) -> Result<(), StoreError> {
        let batches = self.platform.store.edit_batches();
        batches.give_chunk_back(self.batch, self.record.number, &self.lease).await
    }
}

/// Behind a chunk that has ended comes the one that waited for its place in the window; behind the last ones the end.
async fn go_on(platform: &Platform, batch: &EditBatchRecord, number: u32) -> Result<(), StoreError> {
    let next = number + WINDOW;
    if next < batch.chunks() {
        platform.store.queues().send_edit_chunks(&[batch.message(Some(next))], 0).await?;
    }
    advance(platform, batch.id).await
}

/// As lines of JSON.
fn written(lines: &Lines) -> Result<Bytes, StoreError> {
    let mut bytes = Vec::new();
    for line in lines.values() {
        serde_json::to_writer(&mut bytes, line).map_err(|error| StoreError::Failed(error.into()))?;
        bytes.push(b'\n');
    }
    Ok(bytes.into())
}

pub(crate) fn parse(bytes: &[u8]) -> Result<Lines, StoreError> {
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let parsed = lines.map(|line| {
        let line: BatchLine =
            serde_json::from_slice(line).map_err(|_| StoreError::malformed("a result of a batch"))?;
        Ok((line.index, line))
    });
    parsed.collect()
}
