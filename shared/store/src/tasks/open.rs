//! Tasks that have not ended, for the sweep and for a start on an old store. They are read from the index, which holds whole items.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::{OPEN, TaskRecord, Tasks, key};
use crate::leases::{LOOK_AFTER_MS, SHARDS};
use crate::{Item, StoreError};

impl Tasks<'_> {
    /// Open tasks without news since before `now_ms`, at most `most` a shard; their next look is put off.
    pub async fn overdue(&self, now_ms: i64, most: i32) -> Result<Vec<TaskRecord>, StoreError> {
        let mut overdue = Vec::new();
        for shard in 0..SHARDS {
            let page = self.leases().open(OPEN, shard, now_ms).limit(most).send().await?;
            for (id, task) in read(page.items.unwrap_or_default()) {
                self.leases().look_again(key(id), now_ms + LOOK_AFTER_MS).await?;
                overdue.extend(task);
            }
        }
        Ok(overdue)
    }

    /// For a process that started alone on its store, with empty queues, at `started_ms`: what the last process had begun is
    /// ACCEPTED again, and every open task from before has a message. May run beside the workers. How many.
    pub async fn requeue_all(&self, started_ms: i64) -> Result<usize, StoreError> {
        let mut sent = 0;
        for shard in 0..SHARDS {
            let mut pages = self.leases().open(OPEN, shard, i64::MAX).into_paginator().send();
            while let Some(page) = pages.next().await {
                let page = read(page?.items.unwrap_or_default()).filter_map(|(_, task)| task);
                let mut messages = Vec::new();
                for task in page.filter(|task| task.created_at_ms.max(task.begun_at_ms) < started_ms) {
                    if let Some(lease) = &task.lease {
                        self.give_back(task.id, lease, started_ms).await?;
                    }
                    messages.push(task.message());
                }
                self.0.queues().send_edits(&messages, 0).await?;
                sent += messages.len();
            }
        }
        Ok(sent)
    }
}

/// Ids and tasks of a page. A broken item is logged and has no task: it must not keep anybody from all others.
fn read(page: Vec<HashMap<String, AttributeValue>>) -> impl Iterator<Item = (u64, Option<TaskRecord>)> {
    page.into_iter().map(Item).filter_map(|item| {
        let id = item.find_text("id")?.parse().ok()?;
        let task = TaskRecord::read(&item);
        let task = task.inspect_err(|error| tracing::error!(task = id, %error, "open task cannot be read"));
        Some((id, task.ok()))
    })
}
