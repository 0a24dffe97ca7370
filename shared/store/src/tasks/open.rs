//! Tasks that have not ended, for the sweep and for a start on an old store.

use contract::resources::{OPEN_INDEX, TASKS};

use super::{LOOK_AFTER_MS, SHARDS, TaskRecord, Tasks, key};
use crate::item::{number, text};
use crate::{Item, StoreError};

impl Tasks<'_> {
    /// Open tasks without news since before `now_ms`, at most `most` a shard; their next look is put off.
    pub async fn overdue(&self, now_ms: i64, most: i32) -> Result<Vec<TaskRecord>, StoreError> {
        let mut tasks = Vec::new();
        for id in self.open_ids(now_ms, Some(most)).await? {
            let found = match self.load(id).await {
                // Why not an error: one broken item must not keep the sweep from all others.
                Err(StoreError::Malformed(what)) => {
                    tracing::error!(task = id, what, "open task cannot be read");
                    None
                }
                found => found?,
            };
            self.look_again(id, now_ms + LOOK_AFTER_MS).await?;
            tasks.extend(found.filter(|task| !task.status.ended()));
        }
        Ok(tasks)
    }

    /// Ids of open tasks that are to be looked at before `before_ms`.
    async fn open_ids(&self, before_ms: i64, most: Option<i32>) -> Result<Vec<u64>, StoreError> {
        let mut ids = Vec::new();
        for shard in 0..SHARDS {
            let query = self
                .0
                .dynamodb
                .query()
                .table_name(self.0.names.table(&TASKS))
                .index_name(OPEN_INDEX)
                .key_condition_expression("open_pk = :shard AND open_at < :before")
                .expression_attribute_values(":shard", text(format!("TASK#{shard}")))
                .expression_attribute_values(":before", number(before_ms));
            let mut pages = query.set_limit(most).into_paginator().send();
            while let Some(page) = pages.next().await {
                for item in page?.items.unwrap_or_default().into_iter().map(Item) {
                    ids.push(item.get_text("id")?.parse().map_err(|_| StoreError::malformed("task id"))?);
                }
                if most.is_some() {
                    break;
                }
            }
        }
        Ok(ids)
    }

    async fn look_again(&self, id: u64, at_ms: i64) -> Result<(), StoreError> {
        let (pk, sk) = key(id);
        let result = self
            .0
            .dynamodb
            .update_item()
            .table_name(self.0.names.table(&TASKS))
            .key("pk", text(pk))
            .key("sk", text(sk))
            .update_expression("SET open_at = :at")
            .condition_expression("attribute_exists(open_pk)")
            .expression_attribute_values(":at", number(at_ms))
            .send()
            .await;
        match result {
            Ok(_) => Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|error| error.is_conditional_check_failed_exception()) =>
            {
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// For a process that starts alone on its store: every open task is ACCEPTED again, whatever lease the last
    /// process held on it. The ids, for the queue.
    pub async fn reopen_all(&self, now_ms: i64) -> Result<Vec<u64>, StoreError> {
        let ids = self.open_ids(i64::MAX, None).await?;
        for id in &ids {
            if let Some(lease) = self.load(*id).await?.and_then(|task| task.lease) {
                self.give_back(*id, &lease, now_ms).await?;
            }
        }
        Ok(ids)
    }
}
