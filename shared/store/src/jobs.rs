//! Batch jobs. A job is a row with counters; its shards are rows of their own, made when somebody first works on them. Every
//! change of state is one conditional write, or one transaction with the money it means.
//!
//! pending → processing → completed, or over failing to failed (which may start again), or over cancelling to cancelled.

mod finish;
mod open;
mod record;
mod report;
mod shards;

use std::collections::HashMap;

use contract::Credits;
use contract::resources::JOBS;

use crate::error::unless_refused;
use crate::item::text;
use crate::transaction::Change;
use crate::{Guard, Hold, Item, Listening, News, Store, StoreError, Transaction, TransactionError};

pub use finish::{Ending, Totals};
pub use record::{Input, JobPhase, JobRecord, NewJob};
pub use shards::{Begun, Checkpoint, Reserved, ShardRecord};

#[derive(Debug)]
pub struct Jobs<'a>(pub(crate) &'a Store);

/// Open jobs are spread over this many partitions of the index.
const SPREAD: u8 = 4;
/// A running job without a look for this long is looked at by the sweep. Milliseconds.
pub(crate) const LOOK_AFTER_MS: i64 = 5 * 60_000;

fn key(account: &str, id: &str) -> (String, String) {
    (format!("ACCOUNT#{account}"), format!("JOB#{id}"))
}

fn active_key(account: &str) -> (String, String) {
    (format!("ACCOUNT#{account}"), "ACTIVE".into())
}

fn parts_of(id: &str) -> String {
    format!("JOB#{id}")
}

fn shard_key(id: &str, shard: u32) -> (String, String) {
    (parts_of(id), format!("SHARD#{shard:06}"))
}

fn request_key(id: &str) -> (String, String) {
    (parts_of(id), "REQUEST".into())
}

/// Kept apart from the job, so that its counters are not copied into the index.
fn watch_key(id: &str) -> (String, String) {
    (parts_of(id), "WATCH".into())
}

impl Jobs<'_> {
    /// Adds a new job and its request (JSON) to a transaction.
    pub fn create(
        &self,
        transaction: &mut Transaction<'_>,
        job: &JobRecord,
        request: &str,
    ) -> Result<(), StoreError> {
        transaction.put_new(Guard::Job, &JOBS, job.item())?;
        let (pk, sk) = request_key(&job.id);
        let request = Item::new(pk, sk).text("request", request).number("expires", job.expires());
        transaction.put_new(Guard::Job, &JOBS, request)
    }

    pub async fn find(&self, account: &str, id: &str) -> Result<Option<JobRecord>, StoreError> {
        self.get(key(account, id)).await?.map(|item| JobRecord::read(&item)).transpose()
    }

    /// The request that a job was made with.
    pub async fn request(&self, id: &str) -> Result<Option<String>, StoreError> {
        let item = self.get(request_key(id)).await?;
        item.map(|item| item.get_text("request").map(str::to_owned)).transpose()
    }

    /// The job of the account that is processed now.
    pub async fn active(&self, account: &str) -> Result<Option<String>, StoreError> {
        let item = self.get(active_key(account)).await?;
        item.map(|item| item.get_text("job").map(str::to_owned)).transpose()
    }

    /// The newest jobs of an account, newest first.
    pub async fn list(&self, account: &str, most: usize) -> Result<Vec<JobRecord>, StoreError> {
        let (pk, prefix) = key(account, "");
        let call = self
            .0
            .dynamodb
            .query()
            .table_name(self.0.names.table(&JOBS))
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", text(pk))
            .expression_attribute_values(":prefix", text(prefix))
            .scan_index_forward(false)
            .consistent_read(true);
        let page = call.limit(i32::try_from(most).unwrap_or(i32::MAX)).send().await?;
        page.items.unwrap_or_default().into_iter().map(|item| JobRecord::read(&Item(item))).collect()
    }

    async fn get(&self, (pk, sk): (String, String)) -> Result<Option<Item>, StoreError> {
        let call = self.0.dynamodb.get_item().table_name(self.0.names.table(&JOBS));
        let call = call.key("pk", text(pk)).key("sk", text(sk)).consistent_read(true);
        Ok(call.send().await?.item.map(Item))
    }

    /// Adds the start of a job, first or again, with the hold that pays for it. Refused by [`Guard::Job`] where its state is another
    /// by now, by [`Guard::Active`] where the account has one that is processed.
    pub fn start(
        &self,
        transaction: &mut Transaction<'_>,
        job: &JobRecord,
        input: &Input,
        hold: &Hold,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let set = "SET phase = :processing, started_at = :now, reserve = :reserve, price = if_not_exists(price, :price), \
                   etag = :etag, input_bytes = :bytes, gzip = :gzip, shard_bytes = :shard_bytes, shards = :shards, \
                   estimated_lines = :lines, estimated_tokens = :tokens, hold_id = :hold_id, hold_amount = :reserve, \
                   hold_month = :month, key_id = :key_id, request_id = :request_id, done_before = :done \
                   REMOVE job_error, completed_at, ending, ending_until, untold";
        let change = Change::new(set)
            .when("phase = :pending OR phase = :failed")
            .text(":processing", JobPhase::Processing.name())
            .text(":pending", JobPhase::Pending.name())
            .text(":failed", JobPhase::Failed.name())
            .number(":now", now_ms)
            .number(":done", job.completed)
            .number(":reserve", hold.amount.micro())
            .number(":price", input.price.micro())
            .text(":etag", &input.etag)
            .number(":bytes", input.bytes)
            .number(":gzip", input.gzip.into())
            .number(":shard_bytes", input.shard_bytes)
            .number(":shards", input.shards.into())
            .number(":lines", input.lines)
            .number(":tokens", input.tokens)
            .text(":hold_id", &hold.id)
            .text(":month", hold.month())
            .text(":key_id", &hold.key_id)
            .text(":request_id", &hold.request_id);
        transaction.update(Guard::Job, &JOBS, key(&job.account, &job.id), change)?;
        let (pk, sk) = active_key(&job.account);
        transaction.put_new(Guard::Active, &JOBS, Item::new(pk, sk).text("job", &job.id))?;
        let (pk, sk) = watch_key(&job.id);
        let spread = job.id.bytes().fold(0u8, |sum, byte| sum.wrapping_add(byte)) % SPREAD;
        let watch = Item::new(pk, sk)
            .text("account", &job.account)
            .text("job", &job.id)
            .text("open_pk", format!("WATCH#{spread}"))
            .number("open_at", now_ms + LOOK_AFTER_MS);
        transaction.put(Guard::None, &JOBS, watch, Change::default())
    }

    /// One phase becomes another unless somebody has begun to end the job. `false`: it was not in that phase.
    async fn turn(
        &self,
        job: &JobRecord,
        (from, to): (JobPhase, JobPhase),
        error: Option<&str>,
    ) -> Result<bool, StoreError> {
        let (pk, sk) = key(&job.account, &job.id);
        let mut call = self
            .0
            .dynamodb
            .update_item()
            .table_name(self.0.names.table(&JOBS))
            .key("pk", text(pk))
            .key("sk", text(sk))
            .condition_expression("phase = :from AND attribute_not_exists(ending)")
            .expression_attribute_values(":from", text(from.name()))
            .expression_attribute_values(":to", text(to.name()));
        call = match error {
            Some(error) => call
                .update_expression("SET phase = :to, job_error = :error")
                .expression_attribute_values(":error", text(error)),
            None => call.update_expression("SET phase = :to"),
        };
        Ok(unless_refused(call.send().await)?.is_some())
    }

    /// Asks a job to stop: one that is pending is cancelled at once, one that is processed soon. `None`: it is in no such state.
    pub async fn cancel(&self, job: &JobRecord, now_ms: i64) -> Result<Option<JobPhase>, StoreError> {
        if self.cancel_pending(job, now_ms).await? {
            return Ok(Some(JobPhase::Cancelled));
        }
        let is_asked = self.turn(job, (JobPhase::Processing, JobPhase::Cancelling), None).await?;
        Ok(is_asked.then_some(JobPhase::Cancelling))
    }

    /// `false`: it has been started, or has ended.
    async fn cancel_pending(&self, job: &JobRecord, now_ms: i64) -> Result<bool, StoreError> {
        if job.phase != JobPhase::Pending {
            return Ok(false);
        }
        let cancelled = JobRecord { phase: JobPhase::Cancelled, ..job.clone() };
        let told = self.told(&cancelled, now_ms).await?;
        let mut transaction = self.0.transaction();
        let change = Change::new("SET phase = :cancelled")
            .when("phase = :pending AND attribute_not_exists(ending)")
            .text(":pending", JobPhase::Pending.name())
            .text(":cancelled", JobPhase::Cancelled.name());
        transaction.update(Guard::Job, &JOBS, key(&job.account, &job.id), change)?;
        self.commit_telling(transaction, told.as_ref(), now_ms).await
    }

    /// Commits an end together with what is told of it. `false`: it was refused.
    async fn commit_telling(
        &self,
        mut transaction: Transaction<'_>,
        told: Option<&(Listening, News)>,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let webhooks = self.0.webhooks();
        let messages = match told {
            Some((listening, news)) => webhooks.announce(&mut transaction, listening, news, now_ms)?,
            None => Vec::new(),
        };
        match transaction.commit().await {
            Ok(()) => webhooks.send(&messages).await,
            Err(TransactionError::Refused(_)) => return Ok(false),
            Err(TransactionError::Store(error)) => return Err(error),
        }
        Ok(true)
    }

    /// Lets a job that is processed come to an end as failed, for a reason that its owner is told.
    pub async fn fail(&self, job: &JobRecord, error: &str) -> Result<bool, StoreError> {
        self.turn(job, (JobPhase::Processing, JobPhase::Failing), Some(error)).await
    }

    /// Deletes a job that nobody works on, with its shards. `false`: it is processed.
    pub async fn delete(&self, job: &JobRecord) -> Result<bool, StoreError> {
        let (pk, sk) = key(&job.account, &job.id);
        let call = self.0.dynamodb.delete_item().table_name(self.0.names.table(&JOBS));
        let outcome = call
            .key("pk", text(pk))
            .key("sk", text(sk))
            .condition_expression("NOT phase IN (:processing, :cancelling, :failing)")
            .set_expression_attribute_values(Some(running()))
            .send()
            .await;
        if unless_refused(outcome)?.is_none() {
            return Ok(false);
        }
        self.delete_shards(job).await?;
        self.remove(request_key(&job.id)).await?;
        Ok(true)
    }

    /// Forgets what was done of a job that is to be worked on from its beginning.
    pub async fn delete_shards(&self, job: &JobRecord) -> Result<(), StoreError> {
        for shard in self.shards(&job.id).await? {
            self.remove(shard_key(&job.id, shard.number)).await?;
        }
        Ok(())
    }

    async fn remove(&self, (pk, sk): (String, String)) -> Result<(), StoreError> {
        let call = self.0.dynamodb.delete_item().table_name(self.0.names.table(&JOBS));
        call.key("pk", text(pk)).key("sk", text(sk)).send().await?;
        Ok(())
    }
}

/// The phases in which a job has the account's place.
fn running() -> HashMap<String, aws_sdk_dynamodb::types::AttributeValue> {
    [JobPhase::Processing, JobPhase::Cancelling, JobPhase::Failing]
        .map(|phase| (format!(":{}", phase.name()), text(phase.name())))
        .into()
}

/// Of amounts that are kept as numbers.
fn credits(micro: i64) -> Credits {
    Credits::from_micro(micro)
}
