//! The end of a job. Whoever claims it may gather what was done; from then on no segment is held for or settled.

use aws_sdk_dynamodb::types::ReturnValue;
use contract::Credits;
use contract::resources::JOBS;

use super::{JobPhase, JobRecord, Jobs, ShardRecord, active_key, key, shard_key, watch_key};
use crate::error::unless_refused;
use crate::item::{number, text};
use crate::transaction::Change;
use crate::{CallRow, Guard, Item, StoreError, TransactionError};

/// How a job ends.
#[derive(Debug, Clone)]
pub struct Ending {
    pub phase: JobPhase,
    pub error: Option<String>,
    pub results_bytes: i64,
    pub errors_bytes: i64,
}

/// What the shards of a job add up to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    pub completed: i64,
    pub failed: i64,
    pub done: i64,
}

impl Totals {
    pub fn of(shards: &[ShardRecord]) -> Self {
        shards.iter().fold(Self::default(), |sum, shard| Self {
            completed: sum.completed + shard.completed,
            failed: sum.failed + shard.failed,
            done: sum.done + i64::from(shard.done),
        })
    }
}

impl Jobs<'_> {
    /// Takes a job to end it until `until_ms`: one of which every shard is done, or that is to stop. `None`: it is not to be
    /// ended, or somebody else is at it.
    pub async fn claim(
        &self,
        job: &JobRecord,
        lease: &str,
        (now_ms, until_ms): (i64, i64),
    ) -> Result<Option<JobRecord>, StoreError> {
        let (pk, sk) = key(&job.account, &job.id);
        let mut call = self
            .0
            .dynamodb
            .update_item()
            .table_name(self.0.names.table(&JOBS))
            .key("pk", text(pk))
            .key("sk", text(sk))
            .update_expression("SET ending = :lease, ending_until = :until")
            .condition_expression(
                "((phase = :processing AND shards_done = shards) OR phase IN (:cancelling, :failing)) \
                 AND (attribute_not_exists(ending) OR ending_until < :now)",
            )
            .expression_attribute_values(":lease", text(lease))
            .expression_attribute_values(":until", number(until_ms))
            .expression_attribute_values(":now", number(now_ms))
            .return_values(ReturnValue::AllNew);
        for (name, value) in super::running() {
            call = call.expression_attribute_values(name, value);
        }
        let updated = unless_refused(call.send().await)?.and_then(|updated| updated.attributes);
        updated.map(|item| JobRecord::read(&Item(item))).transpose()
    }

    /// Puts off the end of a job that could not be brought about now.
    pub async fn unclaim(&self, job: &JobRecord, lease: &str) -> Result<(), StoreError> {
        let (pk, sk) = key(&job.account, &job.id);
        let call = self.0.dynamodb.update_item().table_name(self.0.names.table(&JOBS));
        let outcome = call
            .key("pk", text(pk))
            .key("sk", text(sk))
            .update_expression("SET ending_until = :zero")
            .condition_expression("ending = :lease")
            .expression_attribute_values(":lease", text(lease))
            .expression_attribute_values(":zero", number(0))
            .send()
            .await;
        unless_refused(outcome).map(drop)
    }

    /// Gives what dead workers had held for segments back to the reserve of a claimed job.
    pub async fn gather(
        &self,
        job: &JobRecord,
        lease: &str,
        shards: &[ShardRecord],
    ) -> Result<Credits, StoreError> {
        let mut gathered = Credits::ZERO;
        for shard in shards.iter().filter(|shard| shard.held > Credits::ZERO) {
            let mut transaction = self.0.transaction();
            let held = shard.held.micro();
            let free = Change::new("SET held = :zero REMOVE lease, lease_until")
                .when("held = :held")
                .number(":zero", 0)
                .number(":held", held);
            transaction.update(Guard::Shard, &JOBS, shard_key(&job.id, shard.number), free)?;
            let add = Change::new("SET reserve = reserve + :held")
                .when("ending = :lease")
                .text(":lease", lease)
                .number(":held", held);
            transaction.update(Guard::Job, &JOBS, key(&job.account, &job.id), add)?;
            match transaction.commit().await {
                Ok(()) => gathered = gathered + shard.held,
                Err(TransactionError::Refused(_)) => {
                    return Err(StoreError::Unavailable("a job is being ended by another".into()));
                }
                Err(TransactionError::Store(error)) => return Err(error),
            }
        }
        Ok(gathered)
    }

    /// Ends a claimed job: its state, the rest of its hold, the account's place and what webhooks are told, together. It is untold to the
    /// log and watched until [`Jobs::tell`]. `reserve`: what is left of the hold.
    pub async fn end(
        &self,
        job: &JobRecord,
        lease: &str,
        reserve: Credits,
        ending: &Ending,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let Some(hold) = &job.hold else { return Err(StoreError::malformed("a started job without a hold")) };
        let mut set = "SET phase = :phase, completed_at = :now, reserve = :zero, results_bytes = :results, \
                       errors_bytes = :errors, untold = :one"
            .to_owned();
        if ending.error.is_some() {
            set += ", job_error = :error";
        }
        let mut change = Change::new(set + " REMOVE ending, ending_until")
            .when("ending = :lease AND reserve = :reserve")
            .text(":lease", lease)
            .text(":phase", ending.phase.name())
            .number(":now", now_ms)
            .number(":zero", 0)
            .number(":reserve", reserve.micro())
            .number(":one", 1)
            .number(":results", ending.results_bytes)
            .number(":errors", ending.errors_bytes);
        if let Some(error) = &ending.error {
            change = change.text(":error", error);
        }
        let told = self.told(&job.after(ending, now_ms), now_ms).await?;
        let mut transaction = self.0.transaction();
        transaction.update(Guard::Job, &JOBS, key(&job.account, &job.id), change)?;
        transaction.delete(&JOBS, active_key(&job.account))?;
        self.0.ledger().release_rest(&mut transaction, hold, reserve, now_ms)?;
        self.commit_telling(transaction, told.as_ref(), now_ms).await
    }

    /// Writes the log row of an ended job and counts it, once. `false`: it was told before, or has started again.
    pub async fn tell(&self, job: &JobRecord, row: &CallRow) -> Result<bool, StoreError> {
        let mut transaction = self.0.transaction();
        let told = Change::new("SET logged = :charged, logged_tokens = :tokens REMOVE untold")
            .when("untold = :one AND completed_at = :at")
            .number(":charged", job.charged.micro())
            .number(":tokens", job.tokens)
            .number(":one", 1)
            .number(":at", job.completed_at_ms.unwrap_or(0));
        transaction.update(Guard::Job, &JOBS, key(&job.account, &job.id), told)?;
        transaction.delete(&JOBS, watch_key(&job.id))?;
        self.0.logs().write_with(&mut transaction, row)?;
        self.0.usage().count_with(&mut transaction, row)?;
        match transaction.commit().await {
            Ok(()) => Ok(true),
            Err(TransactionError::Refused(_)) => Ok(false),
            Err(TransactionError::Store(error)) => Err(error),
        }
    }
}
