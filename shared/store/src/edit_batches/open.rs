//! Batches that have not ended, for the sweep and for a start on an old store.

use std::collections::BTreeMap;

use contract::resources::{EDIT_BATCHES, OPEN_INDEX};

use super::{
    ChunkRecord, EditBatchPhase, EditBatchRecord, EditBatches, Key, LOOK_AFTER_MS, SPREAD, WINDOW, chunk_key,
    key,
};
use crate::item::{number, text};
use crate::transaction::Change;
use crate::{EditBatchMessage, Item, StoreError};

impl EditBatches<'_> {
    /// Sends messages again for batches without news since before `now_ms`, at most `most` a partition. How many batches.
    pub async fn send_again(&self, now_ms: i64, most: i32) -> Result<usize, StoreError> {
        let overdue = self.open(now_ms, most).await?;
        for batch in &overdue {
            let look = Change::new("SET open_at = :at")
                .when("attribute_exists(open_pk)")
                .number(":at", now_ms + LOOK_AFTER_MS);
            self.update(key(batch.id), look).await?;
            self.0.queues().send_edit_chunks(&self.messages(batch, now_ms).await?, 0).await?;
        }
        Ok(overdue.len())
    }

    /// For a process that started alone on its store, with empty queues: leases of the last process are none any more, and every open batch
    /// has its messages. How many batches.
    pub async fn requeue_all(&self, started_ms: i64) -> Result<usize, StoreError> {
        let open = self.open(i64::MAX, i32::MAX).await?;
        let mut sent = 0;
        for batch in open.iter().filter(|batch| batch.created_at_ms < started_ms) {
            for chunk in self.chunks(batch, usize::MAX).await? {
                if !chunk.ended && chunk.lease_until_ms > 0 {
                    self.end_lease(chunk_key(batch.id, chunk.number), "lease_until").await?;
                }
            }
            self.end_lease(key(batch.id), "lease_until").await?;
            self.end_lease(key(batch.id), "ending_until").await?;
            self.0.queues().send_edit_chunks(&self.messages(batch, i64::MAX).await?, 0).await?;
            sent += 1;
        }
        Ok(sent)
    }

    /// What has to be sent for a batch to go on: a message for each of the first chunks that nobody works on, or one for a look at it.
    pub async fn messages(
        &self,
        batch: &EditBatchRecord,
        now_ms: i64,
    ) -> Result<Vec<EditBatchMessage>, StoreError> {
        let message = |chunk| batch.message(chunk);
        let begun = match batch.phase {
            EditBatchPhase::Working | EditBatchPhase::Cancelling => self.chunks(batch, usize::MAX).await?,
            _ => Vec::new(),
        };
        let begun: BTreeMap<u32, ChunkRecord> =
            begun.into_iter().map(|chunk| (chunk.number, chunk)).collect();
        let numbers: Vec<u32> = match batch.phase {
            EditBatchPhase::Working => next_of_each(batch.chunks(), &begun),
            // What is held for them is to be settled.
            EditBatchPhase::Cancelling => {
                begun.values().filter(|chunk| !chunk.ended).map(|chunk| chunk.number).collect()
            }
            _ => Vec::new(),
        };
        let is_free = |number: &u32| begun.get(number).is_none_or(|chunk| chunk.lease_until_ms < now_ms);
        let mut messages: Vec<_> =
            numbers.iter().copied().filter(is_free).map(|number| message(Some(number))).collect();
        if numbers.is_empty() {
            messages.push(message(None));
        }
        Ok(messages)
    }

    async fn open(&self, before_ms: i64, most: i32) -> Result<Vec<EditBatchRecord>, StoreError> {
        let mut open = Vec::new();
        for spread in 0..SPREAD {
            let call = self
                .0
                .dynamodb
                .query()
                .table_name(self.0.names.table(&EDIT_BATCHES))
                .index_name(OPEN_INDEX)
                .key_condition_expression("open_pk = :spread AND open_at < :before")
                .expression_attribute_values(":spread", text(format!("EDITBATCH#{spread}")))
                .expression_attribute_values(":before", number(before_ms))
                .limit(most);
            for item in call.send().await?.items.unwrap_or_default() {
                let batch = EditBatchRecord::read(&Item(item));
                // It must not keep anybody from all others.
                let batch = batch.inspect_err(|error| tracing::error!(%error, "open batch cannot be read"));
                open.extend(batch);
            }
        }
        Ok(open)
    }

    async fn end_lease(&self, key: Key, until: &str) -> Result<(), StoreError> {
        let change = Change::new(format!("SET {until} = :zero"))
            .when(format!("attribute_exists({until})"))
            .number(":zero", 0);
        self.update(key, change).await.map(drop)
    }
}

/// Who ends a chunk sends for the one that lies [`WINDOW`] further, so the chunks are as many rows as the window is wide; of each the first
/// that has not ended.
fn next_of_each(chunks: u32, begun: &BTreeMap<u32, ChunkRecord>) -> Vec<u32> {
    let has_ended = |number: &u32| begun.get(number).is_some_and(|chunk| chunk.ended);
    (0..WINDOW.min(chunks))
        .filter_map(|row| (row..chunks).step_by(WINDOW as usize).find(|number| !has_ended(number)))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{ChunkRecord, next_of_each};

    #[test]
    fn of_each_row_the_first_chunk_that_has_not_ended_is_next() {
        let chunk = |number, ended| ChunkRecord {
            number,
            ended,
            lease_until_ms: 0,
            attempts: 1,
            hold: None,
            paid_items: 0,
            checkpoint: None,
            part: None,
        };
        let begun: BTreeMap<u32, ChunkRecord> = [(0, true), (1, false), (8, true), (16, true), (2, true)]
            .map(|(n, end)| (n, chunk(n, end)))
            .into();
        assert_eq!(next_of_each(18, &begun), [1, 10, 3, 4, 5, 6, 7]);
        assert_eq!(next_of_each(3, &BTreeMap::new()), [0, 1, 2]);
        assert!(next_of_each(0, &begun).is_empty());
    }
}
