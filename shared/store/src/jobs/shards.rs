//! Shards: who works on one, how far it is, and what it has cost. A shard is worked on in segments; each is held for before it
//! is classified and settled together with its place in the shard, so that no segment counts twice.

use contract::Credits;
use contract::resources::JOBS;

use super::{JobPhase, JobRecord, Jobs, credits, key, parts_of, shard_key};
use crate::error::unless_refused;
use crate::item::{number, text};
use crate::transaction::Change;
use crate::{Guard, Item, StoreError, TransactionError};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShardRecord {
    pub number: u32,
    pub done: bool,
    pub lease_until_ms: i64,
    /// Where the next line starts: bytes of the file, of a gzip file bytes of what is in it. 0: at the shard's beginning.
    pub offset: i64,
    /// Segments that are settled.
    pub segments: i64,
    /// Lines of the file that are settled, blank ones included.
    pub lines: i64,
    pub completed: i64,
    pub failed: i64,
    /// Held for the segment in work.
    pub held: Credits,
}

/// What becomes of a try to work on a shard.
#[derive(Debug)]
pub enum Begun {
    /// It is ours until the lease ends.
    Ours(ShardRecord),
    /// It is done, or another worker's lease is alive.
    Not,
}

/// What becomes of a try to hold the price of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reserved {
    Held,
    /// The balance or the key's cap does not cover it.
    NoCredits,
    /// The job is to stop, or the lease is another's by now.
    Stop,
}

/// A segment that is done.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    pub offset: i64,
    /// Of this segment: lines of the file, those that count, and of them the failed ones.
    pub lines: i64,
    pub completed: i64,
    pub failed: i64,
    pub tokens: i64,
    pub charge: Credits,
    /// Whether it is the shard's last.
    pub last: bool,
    pub lease_until_ms: i64,
}

/// Tries to hold, each after a look at what the job has left.
const TRIES: u32 = 20;

impl ShardRecord {
    pub(super) fn read(item: &Item) -> Result<Self, StoreError> {
        let find = |name| item.find_number(name).unwrap_or(0);
        let shard = item.get_text("sk")?.trim_start_matches("SHARD#").parse();
        Ok(Self {
            number: shard.map_err(|_| StoreError::malformed("number of a shard"))?,
            done: find("done") == 1,
            lease_until_ms: find("lease_until"),
            offset: find("next_offset"),
            segments: find("segment_count"),
            lines: find("line_count"),
            completed: find("completed"),
            failed: find("failed"),
            held: credits(find("held")),
        })
    }
}

impl Jobs<'_> {
    /// Takes a shard to work on it until `until_ms`.
    pub async fn begin(
        &self,
        job: &JobRecord,
        shard: u32,
        lease: &str,
        (now_ms, until_ms): (i64, i64),
    ) -> Result<Begun, StoreError> {
        let (pk, sk) = shard_key(&job.id, shard);
        let outcome = self
            .0
            .dynamodb
            .update_item()
            .table_name(self.0.names.table(&JOBS))
            .key("pk", text(pk))
            .key("sk", text(sk))
            .update_expression("SET lease = :lease, lease_until = :until, v = :v, expires = :expires")
            .condition_expression(
                "attribute_not_exists(done) AND (attribute_not_exists(lease) OR lease_until < :now)",
            )
            .expression_attribute_values(":lease", text(lease))
            .expression_attribute_values(":until", number(until_ms))
            .expression_attribute_values(":now", number(now_ms))
            .expression_attribute_values(":v", number(1))
            .expression_attribute_values(":expires", number(job.expires()))
            .return_values(aws_sdk_dynamodb::types::ReturnValue::AllNew)
            .send()
            .await;
        match unless_refused(outcome)?.and_then(|updated| updated.attributes) {
            Some(item) => Ok(Begun::Ours(ShardRecord::read(&Item(item))?)),
            None => Ok(Begun::Not),
        }
    }

    /// Gives a shard back before it is done.
    pub async fn give_back(&self, job: &JobRecord, shard: u32, lease: &str) -> Result<(), StoreError> {
        let (pk, sk) = shard_key(&job.id, shard);
        let outcome = self
            .0
            .dynamodb
            .update_item()
            .table_name(self.0.names.table(&JOBS))
            .key("pk", text(pk))
            .key("sk", text(sk))
            .update_expression("REMOVE lease, lease_until")
            .condition_expression("lease = :lease")
            .expression_attribute_values(":lease", text(lease))
            .send()
            .await;
        unless_refused(outcome).map(drop)
    }

    /// Holds the price of a shard's next segment: from what the job has left, and what that does not cover from the balance.
    /// What a dead worker had held for the same segment counts.
    pub async fn reserve(
        &self,
        job: &JobRecord,
        shard: &ShardRecord,
        lease: &str,
        cost: Credits,
        (cap, now_ms, until_ms): (Option<Credits>, i64, i64),
    ) -> Result<Reserved, StoreError> {
        for _ in 0..TRIES {
            let Some(now) = self.find(&job.account, &job.id).await? else { return Ok(Reserved::Stop) };
            let Some(hold) = now.hold.as_ref().filter(|_| now.phase == JobPhase::Processing) else {
                return Ok(Reserved::Stop);
            };
            let missing = cost - shard.held;
            let from_reserve = missing.min(now.reserve);
            let more = missing - from_reserve;
            let mut transaction = self.0.transaction();
            let held = Change::new("SET held = :held, lease_until = :until")
                .when("lease = :lease AND attribute_not_exists(done)")
                .text(":lease", lease)
                .number(":held", cost.micro())
                .number(":until", until_ms);
            transaction.update(Guard::Shard, &JOBS, shard_key(&job.id, shard.number), held)?;
            let take = Change::new("SET reserve = reserve - :n")
                .when("phase = :processing AND attribute_not_exists(ending) AND reserve >= :n")
                .text(":processing", JobPhase::Processing.name())
                .number(":n", from_reserve.micro());
            transaction.update(Guard::Job, &JOBS, key(&job.account, &job.id), take)?;
            if more > Credits::ZERO {
                let part = format!("{}-{}", shard.number, shard.segments);
                self.0.ledger().hold_more(&mut transaction, hold, (more, &part), cap, now_ms)?;
            }
            let error = match transaction.commit().await {
                Ok(()) => return Ok(Reserved::Held),
                Err(TransactionError::Store(error)) => return Err(error),
                Err(error) => error,
            };
            if error.refused_by(Guard::Shard).is_some() {
                return Ok(Reserved::Stop);
            }
            let is_short =
                [Guard::Balance, Guard::SpendCap].into_iter().any(|g| error.refused_by(g).is_some());
            // Why not where the job refused too: another shard was faster, and what it left is to be looked at first.
            if is_short && error.refused_by(Guard::Job).is_none() {
                return Ok(Reserved::NoCredits);
            }
        }
        Err(StoreError::Unavailable("a job's reserve changed too often".into()))
    }

    /// Settles a segment that was held for: its place, its counters and its money. `false`: the lease is another's, or the job is
    /// being ended; nothing was written.
    pub async fn settle(
        &self,
        job: &JobRecord,
        shard: &ShardRecord,
        lease: &str,
        done: &Checkpoint,
        (held, now_ms): (Credits, i64),
    ) -> Result<bool, StoreError> {
        let Some(hold) = &job.hold else { return Err(StoreError::malformed("a started job without a hold")) };
        let charge = done.charge.min(held);
        let mut transaction = self.0.transaction();
        transaction.update(
            Guard::Shard,
            &JOBS,
            shard_key(&job.id, shard.number),
            shard_change(shard, lease, done, held),
        )?;
        let mut job_change = Change::new(
            "SET reserve = reserve + :back, settled_at = :now ADD completed :completed, failed :failed, tokens :tokens, charged :charge, \
             shards_done :ended",
        );
        job_change = job_change
            .when("phase IN (:processing, :cancelling, :failing) AND attribute_not_exists(ending)")
            .number(":now", now_ms)
            .number(":back", (held - charge).micro())
            .number(":completed", done.completed)
            .number(":failed", done.failed)
            .number(":tokens", done.tokens)
            .number(":charge", charge.micro())
            .number(":ended", done.last.into());
        job_change.values.extend(super::running());
        transaction.update(Guard::Job, &JOBS, key(&job.account, &job.id), job_change)?;
        if charge > Credits::ZERO {
            let part = format!("{:06}-{:06}", shard.number, shard.segments);
            self.0.ledger().charge_part(&mut transaction, hold, charge, &part, now_ms)?;
        }
        match transaction.commit().await {
            Ok(()) => Ok(true),
            Err(TransactionError::Refused(_)) => Ok(false),
            Err(TransactionError::Store(error)) => Err(error),
        }
    }

    /// All shards that somebody has begun, by number.
    pub async fn shards(&self, id: &str) -> Result<Vec<ShardRecord>, StoreError> {
        let call = self
            .0
            .dynamodb
            .query()
            .table_name(self.0.names.table(&JOBS))
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", text(parts_of(id)))
            .expression_attribute_values(":prefix", text("SHARD#"))
            .consistent_read(true);
        let mut items = call.into_paginator().items().send();
        let mut shards = Vec::new();
        while let Some(item) = items.next().await {
            shards.push(ShardRecord::read(&Item(item?))?);
        }
        Ok(shards)
    }
}

fn shard_change(shard: &ShardRecord, lease: &str, done: &Checkpoint, held: Credits) -> Change {
    let mut set = "SET held = :zero, next_offset = :offset".to_owned();
    set += if done.last { ", done = :one REMOVE lease, lease_until" } else { ", lease_until = :until" };
    set += " ADD segment_count :one, line_count :lines, completed :completed, failed :failed";
    let change = Change::new(set)
        .when(if shard.segments == 0 {
            "lease = :lease AND held = :held AND attribute_not_exists(segment_count)"
        } else {
            "lease = :lease AND held = :held AND segment_count = :segments"
        })
        .text(":lease", lease)
        .number(":zero", 0)
        .number(":one", 1)
        .number(":held", held.micro())
        .number(":offset", done.offset)
        .number(":lines", done.lines)
        .number(":completed", done.completed)
        .number(":failed", done.failed);
    let change = if done.last { change } else { change.number(":until", done.lease_until_ms) };
    if shard.segments == 0 { change } else { change.number(":segments", shard.segments) }
}
