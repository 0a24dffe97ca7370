//! Chunks: who works on one, what is held for it, and how it ends. It is held for before it is worked on and settled with its results, so
//! that no item is charged twice.

use contract::Credits;
use contract::resources::EDIT_BATCHES;

use super::{EditBatchPhase, EditBatchRecord, EditBatches, LOOK_AFTER_MS, chunk_key, committed, key};
use crate::item::text;
use crate::transaction::Change;
use crate::{CallRow, Guard, Hold, Item, StoreError, TransactionError};

/// Chunks are forgotten after this many seconds.
const KEEP_SECONDS: i64 = 60 * 86_400;
/// Tries to hold, each for what the last one left.
const TRIES: u32 = 5;

#[derive(Debug, Clone, PartialEq)]
pub struct ChunkRecord {
    pub number: u32,
    pub ended: bool,
    pub lease_until_ms: i64,
    /// How often a worker has begun it.
    pub attempts: i64,
    /// What is held for it, and for how many of its items.
    pub hold: Option<Hold>,
    pub paid_items: u32,
    /// Name of what is done of it, while it is in work.
    pub checkpoint: Option<String>,
    /// Name of its results, once it has ended.
    pub part: Option<String>,
}

/// What becomes of a try to work on a chunk.
#[derive(Debug)]
pub enum BegunChunk {
    /// It is ours until the lease ends.
    Ours(Box<ChunkRecord>),
    Ended,
    /// Another worker's lease is alive.
    Busy,
}

/// What becomes of a try to hold the price of a chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChunkHold {
    /// For so many items: all, or what the balance and the key's cap cover.
    Held { hold: Option<Hold>, items: u32 },
    /// The batch is to stop, or the lease is another's by now.
    Stop,
}

/// A chunk that is worked on no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkDone {
    pub done: i64,
    pub failed: i64,
}

impl ChunkRecord {
    fn read(item: &Item, account: &str) -> Result<Self, StoreError> {
        let find = |name| item.find_number(name).unwrap_or(0);
        let number = item.get_text("sk")?.trim_start_matches("CHUNK#").parse();
        Ok(Self {
            number: number.map_err(|_| StoreError::malformed("number of a chunk"))?,
            ended: find("ended") == 1,
            lease_until_ms: find("lease_until"),
            attempts: find("attempts"),
            hold: item.find_text("hold_id").map(|_| Hold::read(item, account)).transpose()?,
            paid_items: u32::try_from(find("paid_items")).unwrap_or(0),
            checkpoint: item.find_text("checkpoint").map(str::to_owned),
            part: item.find_text("part").map(str::to_owned),
        })
    }
}

impl EditBatches<'_> {
    /// Takes a chunk to work on it until `until_ms`.
    pub async fn begin(
        &self,
        batch: &EditBatchRecord,
        number: u32,
        lease: &str,
        (now_ms, until_ms): (i64, i64),
    ) -> Result<BegunChunk, StoreError> {
        let change = Change::new(
            "SET lease = :lease, lease_until = :until, v = :one, expires = :expires ADD attempts :one",
        )
        .when("attribute_not_exists(ended) AND (attribute_not_exists(lease) OR lease_until < :now)")
        .text(":lease", lease)
        .number(":until", until_ms)
        .number(":now", now_ms)
        .number(":one", 1)
        .number(":expires", now_ms / 1000 + KEEP_SECONDS);
        if let Some(item) = self.update(chunk_key(batch.id, number), change).await? {
            return Ok(BegunChunk::Ours(Box::new(ChunkRecord::read(&item, &batch.account)?)));
        }
        let found = self.get(chunk_key(batch.id, number)).await?;
        let ended = found.is_some_and(|item| item.find_number("ended") == Some(1));
        Ok(if ended { BegunChunk::Ended } else { BegunChunk::Busy })
    }

    /// Gives a chunk back before it has ended.
    pub async fn give_chunk_back(
        &self,
        batch: &EditBatchRecord,
        number: u32,
        lease: &str,
    ) -> Result<(), StoreError> {
        let change = Change::new("REMOVE lease, lease_until").when("lease = :lease").text(":lease", lease);
        self.update(chunk_key(batch.id, number), change).await.map(drop)
    }

    /// Holds the price of `items` of a chunk, or of as many of them as can be paid.
    pub async fn hold(
        &self,
        batch: &EditBatchRecord,
        chunk: &ChunkRecord,
        lease: &str,
        mut items: u32,
        (cap, now_ms): (Option<Credits>, i64),
    ) -> Result<ChunkHold, StoreError> {
        if chunk.hold.is_some() {
            return Ok(ChunkHold::Held { hold: chunk.hold.clone(), items: chunk.paid_items });
        }
        for _ in 0..TRIES {
            if items == 0 {
                break;
            }
            let hold = batch.hold(chunk.number, items, now_ms);
            let set = "SET hold_id = :hold, hold_amount = :amount, hold_month = :month, key_id = :key, request_id = :request, paid_items = :items";
            let taken = Change::new(set)
                .when("lease = :lease AND attribute_not_exists(hold_id) AND attribute_not_exists(ended)")
                .text(":lease", lease)
                .text(":hold", &hold.id)
                .number(":amount", hold.amount.micro())
                .text(":month", hold.month())
                .text(":key", &hold.key_id)
                .text(":request", &hold.request_id)
                .number(":items", items.into());
            let working =
                Change::default().when("phase = :working").text(":working", EditBatchPhase::Working.name());
            let mut transaction = self.0.transaction();
            transaction.update(Guard::Shard, &EDIT_BATCHES, chunk_key(batch.id, chunk.number), taken)?;
            transaction.check(Guard::Job, &EDIT_BATCHES, key(batch.id), working)?;
            self.0.ledger().hold(&mut transaction, &hold, cap, now_ms, None)?;
            match transaction.commit().await {
                Ok(()) => return Ok(ChunkHold::Held { hold: Some(hold), items }),
                Err(TransactionError::Store(error)) => return Err(error),
                Err(refused) => match payable(&refused, batch.price, cap) {
                    Some(fewer) => items = fewer.min(items - 1),
                    None => return Ok(ChunkHold::Stop),
                },
            }
        }
        Ok(ChunkHold::Held { hold: None, items: 0 })
    }

    /// Keeps what is done of a chunk under the name of the lease, and the chunk until `until_ms`. `false`: it is another's by now.
    pub async fn checkpoint(
        &self,
        batch: &EditBatchRecord,
        number: u32,
        lease: &str,
        until_ms: i64,
    ) -> Result<bool, StoreError> {
        let change = Change::new("SET lease_until = :until, checkpoint = :lease")
            .when("lease = :lease AND attribute_not_exists(ended)")
            .text(":lease", lease)
            .number(":until", until_ms);
        Ok(self.update(chunk_key(batch.id, number), change).await?.is_some())
    }

    /// Ends a chunk: its results, which lie under the name of the lease, its counters and its money. `false`: the lease is another's, or the
    /// batch has ended; nothing was written.
    pub async fn settle(
        &self,
        batch: &EditBatchRecord,
        number: u32,
        lease: &str,
        (hold, done): (Option<&Hold>, ChunkDone),
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let charge = Credits::from_micro(batch.price.micro().saturating_mul(done.done));
        let charge = charge.min(hold.map_or(Credits::ZERO, |hold| hold.amount));
        let ended = Change::new("SET ended = :one, part = :lease REMOVE lease, lease_until, checkpoint")
            .when("lease = :lease AND attribute_not_exists(ended)")
            .text(":lease", lease)
            .number(":one", 1);
        let set = "SET open_at = :look ADD done_items :done, failed_items :failed, chunks_done :one, charged :charge";
        let counted = Change::new(set)
            .when("phase IN (:working, :cancelling) AND attribute_not_exists(ending)")
            .text(":working", EditBatchPhase::Working.name())
            .text(":cancelling", EditBatchPhase::Cancelling.name())
            .number(":look", now_ms + LOOK_AFTER_MS)
            .number(":done", done.done)
            .number(":failed", done.failed)
            .number(":one", 1)
            .number(":charge", charge.micro());
        let mut transaction = self.0.transaction();
        transaction.update(Guard::Shard, &EDIT_BATCHES, chunk_key(batch.id, number), ended)?;
        transaction.update(Guard::Job, &EDIT_BATCHES, key(batch.id), counted)?;
        if let Some(hold) = hold {
            self.0.ledger().settle(&mut transaction, hold, charge, now_ms)?;
        }
        if charge > Credits::ZERO {
            let charged = CallRow {
                account: batch.account.clone(),
                key_id: batch.key_id.clone(),
                at_ms: now_ms,
                route: "image-edit-batch",
                credits: charge,
                images: done.done,
                ..CallRow::default()
            };
            self.0.usage().charge_with(&mut transaction, &charged)?;
        }
        committed(transaction).await
    }

    /// Chunks that a worker has begun, by number; of these the first `most`.
    pub async fn chunks(&self, batch: &EditBatchRecord, most: usize) -> Result<Vec<ChunkRecord>, StoreError> {
        let call = self
            .0
            .dynamodb
            .query()
            .table_name(self.0.names.table(&EDIT_BATCHES))
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", text(key(batch.id).0))
            .expression_attribute_values(":prefix", text("CHUNK#"))
            .consistent_read(true);
        let mut items = call.into_paginator().items().send();
        let mut chunks = Vec::new();
        while chunks.len() < most {
            let Some(item) = items.next().await else { break };
            chunks.push(ChunkRecord::read(&Item(item?), &batch.account)?);
        }
        Ok(chunks)
    }
}

/// How many items what is left of the balance and of the key's cap pays for; `None` where neither was what refused.
fn payable(refused: &TransactionError, price: Credits, cap: Option<Credits>) -> Option<u32> {
    if refused.refused_by(Guard::Shard).or(refused.refused_by(Guard::Job)).is_some() {
        return None;
    }
    let left = |guard| refused.refused_by(guard).map(|refusal| refusal.found.clone().unwrap_or_default());
    let balance = left(Guard::Balance).map(|account| account.credits("available").micro());
    let capped =
        left(Guard::SpendCap).zip(cap).map(|(spent, cap)| cap.micro() - spent.credits("used").micro());
    let left = [balance, capped].into_iter().flatten().min()?;
    Some(u32::try_from(left.max(0) / price.micro().max(1)).unwrap_or(u32::MAX))
}
