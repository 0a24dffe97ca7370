//! Jobs that are processed, for the sweep and for a start on an old store.

use contract::resources::{JOBS, OPEN_INDEX};

use super::{JobRecord, Jobs, LOOK_AFTER_MS, SPREAD, key, shard_key, watch_key};
use crate::error::unless_refused;
use crate::item::{number, text};
use crate::{BatchMessage, Item, StoreError};

impl Jobs<'_> {
    /// Sends messages again for jobs without a look since before `now_ms`, at most `most` a partition: for every shard that nobody
    /// works on, or for the end. How many jobs.
    pub async fn send_again(&self, now_ms: i64, most: i32) -> Result<usize, StoreError> {
        let mut looked_at = 0;
        for (account, id) in self.open(now_ms, most).await? {
            self.look_again(&id, now_ms + LOOK_AFTER_MS).await?;
            let Some(job) = self.find(&account, &id).await? else {
                self.remove(watch_key(&id)).await?;
                continue;
            };
            let is_moving = job.settled_at_ms.is_some_and(|at| at > now_ms - LOOK_AFTER_MS);
            if is_moving && job.phase == super::JobPhase::Processing {
                continue;
            }
            self.0.queues().send_batches(&self.messages(&job, now_ms).await?).await?;
            looked_at += 1;
        }
        Ok(looked_at)
    }

    /// For a process that started alone on its store, with empty queues: leases of the last process are none any more, and every
    /// job that is processed has its messages. How many jobs.
    pub async fn requeue_all(&self, started_ms: i64) -> Result<usize, StoreError> {
        let mut sent = 0;
        for (account, id) in self.open(i64::MAX, i32::MAX).await? {
            let Some(job) = self.find(&account, &id).await? else { continue };
            if job.started_at_ms.unwrap_or(0) >= started_ms {
                continue;
            }
            for shard in self.shards(&id).await? {
                self.end_lease(shard_key(&id, shard.number), "lease_until").await?;
            }
            self.end_lease(key(&account, &id), "ending_until").await?;
            self.0.queues().send_batches(&self.messages(&job, i64::MAX).await?).await?;
            sent += 1;
        }
        Ok(sent)
    }

    /// What has to be sent for a job to go on.
    pub async fn messages(&self, job: &JobRecord, now_ms: i64) -> Result<Vec<BatchMessage>, StoreError> {
        let known = self.shards(&job.id).await?;
        let start = job.hold.as_ref().map(|hold| hold.id.clone());
        let message = |shard| BatchMessage {
            account: job.account.clone(),
            job: job.id.clone(),
            shard,
            start: start.clone(),
        };
        let shards = job.input.as_ref().map_or(0, |input| input.shards);
        let is_free = |number: &u32| match known.binary_search_by_key(number, |shard| shard.number) {
            Ok(place) => !known[place].done && known[place].lease_until_ms < now_ms,
            Err(_) => true,
        };
        let mut messages: Vec<_> = match job.phase {
            super::JobPhase::Processing => (0..shards).filter(is_free).map(|n| message(Some(n))).collect(),
            _ => Vec::new(),
        };
        if messages.is_empty() {
            messages.push(message(None));
        }
        Ok(messages)
    }

    async fn open(&self, before_ms: i64, most: i32) -> Result<Vec<(String, String)>, StoreError> {
        let mut open = Vec::new();
        for spread in 0..SPREAD {
            let call = self
                .0
                .dynamodb
                .query()
                .table_name(self.0.names.table(&JOBS))
                .index_name(OPEN_INDEX)
                .key_condition_expression("open_pk = :spread AND open_at < :before")
                .expression_attribute_values(":spread", text(format!("WATCH#{spread}")))
                .expression_attribute_values(":before", number(before_ms))
                .limit(most);
            for item in call.send().await?.items.unwrap_or_default() {
                let item = Item(item);
                open.push((item.get_text("account")?.to_owned(), item.get_text("job")?.to_owned()));
            }
        }
        Ok(open)
    }

    async fn look_again(&self, id: &str, at_ms: i64) -> Result<(), StoreError> {
        let (pk, sk) = watch_key(id);
        let call = self.0.dynamodb.update_item().table_name(self.0.names.table(&JOBS));
        let outcome = call
            .key("pk", text(pk))
            .key("sk", text(sk))
            .update_expression("SET open_at = :at")
            .condition_expression("attribute_exists(open_pk)")
            .expression_attribute_values(":at", number(at_ms))
            .send()
            .await;
        unless_refused(outcome).map(drop)
    }

    async fn end_lease(&self, (pk, sk): (String, String), until: &str) -> Result<(), StoreError> {
        let call = self.0.dynamodb.update_item().table_name(self.0.names.table(&JOBS));
        let outcome = call
            .key("pk", text(pk))
            .key("sk", text(sk))
            .update_expression(format!("SET {until} = :zero"))
            .condition_expression(format!("attribute_exists({until})"))
            .expression_attribute_values(":zero", number(0))
            .send()
            .await;
        unless_refused(outcome).map(drop)
    }
}
