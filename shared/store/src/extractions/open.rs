//! Extractions that have not ended and deleted models whose rows are not gone, for the sweep and for a start on an old store.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::models::{GONE, gone_key};
use super::{ExtractionRecord, Extractions, OPEN, key};
use crate::leases::{LOOK_AFTER_MS, SHARDS};
use crate::{ExtractMessage, Item, StoreError};

impl Extractions<'_> {
    /// Open extractions without news since before `now_ms`, at most `most` a shard; their next look is put off.
    pub async fn overdue(&self, now_ms: i64, most: i32) -> Result<Vec<ExtractionRecord>, StoreError> {
        let mut overdue = Vec::new();
        for shard in 0..SHARDS {
            let page = self.leases().open(OPEN, shard, now_ms).limit(most).send().await?;
            for (id, extraction) in read(page.items.unwrap_or_default()) {
                self.leases().look_again(key(&id), now_ms + LOOK_AFTER_MS).await?;
                overdue.extend(extraction);
            }
        }
        Ok(overdue)
    }

    /// Sends messages again of deleted models whose rows are not gone, where nothing was heard since before `before_ms`. How many.
    pub async fn purge_again(&self, before_ms: i64, now_ms: i64) -> Result<usize, StoreError> {
        let page = self.leases().open(GONE, 0, before_ms).send().await?;
        let mut messages = Vec::new();
        for item in page.items.unwrap_or_default().into_iter().map(Item) {
            let generation = item.get_text("id")?.to_owned();
            self.leases().look_again(gone_key(&generation), now_ms + LOOK_AFTER_MS).await?;
            messages.push(ExtractMessage::Purge(generation));
        }
        self.0.queues().send_extracts(&messages).await?;
        Ok(messages.len())
    }

    /// For a process that started alone on its store, with empty queues, at `started_ms`: what the last process had begun is accepted
    /// again, and every open extraction from before has a message. May run beside the workers. How many.
    pub async fn requeue_all(&self, started_ms: i64) -> Result<usize, StoreError> {
        let mut sent = self.purge_again(i64::MAX, started_ms).await?;
        for shard in 0..SHARDS {
            let mut pages = self.leases().open(OPEN, shard, i64::MAX).into_paginator().send();
            while let Some(page) = pages.next().await {
                let page = read(page?.items.unwrap_or_default()).filter_map(|(_, extraction)| extraction);
                let mut messages = Vec::new();
                for extraction in page.filter(|one| one.created_at_ms.max(one.begun_at_ms) < started_ms) {
                    if let Some(lease) = &extraction.lease {
                        self.give_back(&extraction.id, lease, started_ms).await?;
                    }
                    messages.push(ExtractMessage::Read(extraction.id));
                }
                self.0.queues().send_extracts(&messages).await?;
                sent += messages.len();
            }
        }
        Ok(sent)
    }
}

/// Ids and extractions of a page. A broken item is logged and has none: it must not keep anybody from all others.
fn read(
    page: Vec<HashMap<String, AttributeValue>>,
) -> impl Iterator<Item = (String, Option<ExtractionRecord>)> {
    page.into_iter().map(Item).filter_map(|item| {
        let id = item.get_text("id").ok()?.to_owned();
        let extraction = ExtractionRecord::read(&item);
        let extraction = extraction
            .inspect_err(|error| tracing::error!(extraction = id, %error, "open extraction cannot be read"));
        Some((id, extraction.ok()))
    })
}
