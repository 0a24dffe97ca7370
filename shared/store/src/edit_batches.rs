//! Batches of edits. A batch is a row with counters; its chunks are rows of their own, made when a worker first takes one. Every change of
//! state is one conditional write, or one transaction with the money it means.
//!
//! listing → working → done or error; from both, over cancelling where chunks are in work, to cancelled.

mod chunks;
mod ending;
mod open;
mod record;

use aws_sdk_dynamodb::types::ReturnValue;
use contract::resources::EDIT_BATCHES;

use crate::error::unless_refused;
use crate::item::text;
use crate::transaction::Change;
use crate::{Guard, Item, Store, StoreError, Transaction, TransactionError};

pub use chunks::{BegunChunk, ChunkDone, ChunkHold, ChunkRecord};
pub use ending::end_of;
pub use record::{EditBatchPhase, EditBatchRecord, Listing, NewEditBatch};

#[derive(Debug)]
pub struct EditBatches<'a>(pub(crate) &'a Store);

/// A batch without news for this long is looked at by the sweep: a message may be lost. Longer than a worker has a chunk. Milliseconds.
const LOOK_AFTER_MS: i64 = 16 * 60_000;
/// Open batches are spread over this many partitions of the index.
const SPREAD: u64 = 8;
/// Chunks of a batch that have a message at the same time. Why not all: the queue is shared, and whoever comes second must not wait for all
/// of the first.
pub const WINDOW: u32 = 8;

type Key = (String, String);

fn key(id: u64) -> Key {
    (format!("BATCH#{id}"), "BATCH".into())
}

fn chunk_key(id: u64, number: u32) -> Key {
    (format!("BATCH#{id}"), format!("CHUNK#{number:06}"))
}

impl EditBatches<'_> {
    /// Adds a new batch to a transaction.
    pub fn create(
        &self,
        transaction: &mut Transaction<'_>,
        batch: &EditBatchRecord,
    ) -> Result<(), StoreError> {
        transaction.put_new(Guard::Job, &EDIT_BATCHES, batch.item())
    }

    /// A batch of this account; another account's is `None`, at the cost of the same read.
    pub async fn find(&self, account: &str, id: u64) -> Result<Option<EditBatchRecord>, StoreError> {
        Ok(self.load(id).await?.filter(|batch| batch.account == account))
    }

    /// A batch of any account, for workers.
    pub async fn load(&self, id: u64) -> Result<Option<EditBatchRecord>, StoreError> {
        self.get(key(id)).await?.map(|item| EditBatchRecord::read(&item)).transpose()
    }

    /// Takes a batch to list its folder until `until_ms`. `None`: that is done, or another is at it.
    pub async fn begin_listing(
        &self,
        id: u64,
        lease: &str,
        (now_ms, until_ms): (i64, i64),
    ) -> Result<Option<EditBatchRecord>, StoreError> {
        let change = Change::new("SET lease = :lease, lease_until = :until")
            .when("phase = :listing AND (attribute_not_exists(lease) OR lease_until < :now)")
            .text(":listing", EditBatchPhase::Listing.name())
            .text(":lease", lease)
            .number(":now", now_ms)
            .number(":until", until_ms);
        self.update(key(id), change).await?.map(|item| EditBatchRecord::read(&item)).transpose()
    }

    /// Gives a batch back before its folder is listed.
    pub async fn give_back(&self, id: u64, lease: &str) -> Result<(), StoreError> {
        let change = Change::new("REMOVE lease, lease_until").when("lease = :lease").text(":lease", lease);
        self.update(key(id), change).await.map(drop)
    }

    /// The folder is listed: from now on its chunks are worked on. `None`: the batch was cancelled, or the lease is another's.
    pub async fn listed(
        &self,
        id: u64,
        lease: &str,
        listing: Listing,
        now_ms: i64,
    ) -> Result<Option<EditBatchRecord>, StoreError> {
        let set = "SET phase = :working, item_count = :items, chunk_items = :each, chunk_count = :chunks, open_at = :look \
                   REMOVE lease, lease_until";
        let change = Change::new(set)
            .when("phase = :listing AND lease = :lease")
            .text(":listing", EditBatchPhase::Listing.name())
            .text(":working", EditBatchPhase::Working.name())
            .text(":lease", lease)
            .number(":items", listing.items)
            .number(":each", listing.chunk_items.into())
            .number(":chunks", listing.chunks().into())
            .number(":look", now_ms + LOOK_AFTER_MS);
        self.update(key(id), change).await?.map(|item| EditBatchRecord::read(&item)).transpose()
    }

    async fn get(&self, (pk, sk): Key) -> Result<Option<Item>, StoreError> {
        let call = self.0.dynamodb.get_item().table_name(self.0.names.table(&EDIT_BATCHES));
        let call = call.key("pk", text(pk)).key("sk", text(sk)).consistent_read(true);
        Ok(call.send().await?.item.map(Item))
    }

    /// The item as it is after the change; `None` where its condition does not hold.
    async fn update(&self, (pk, sk): Key, change: Change) -> Result<Option<Item>, StoreError> {
        let call = self.0.dynamodb.update_item().table_name(self.0.names.table(&EDIT_BATCHES));
        let outcome = call
            .key("pk", text(pk))
            .key("sk", text(sk))
            .update_expression(change.expression)
            .set_condition_expression(change.condition)
            .set_expression_attribute_values(Some(change.values).filter(|values| !values.is_empty()))
            .return_values(ReturnValue::AllNew)
            .send()
            .await;
        Ok(unless_refused(outcome)?.and_then(|updated| updated.attributes).map(Item))
    }
}

/// Whether a transaction happened; `false` where a condition did not hold.
async fn committed(transaction: Transaction<'_>) -> Result<bool, StoreError> {
    match transaction.commit().await {
        Ok(()) => Ok(true),
        Err(TransactionError::Refused(_)) => Ok(false),
        Err(TransactionError::Store(error)) => Err(error),
    }
}
