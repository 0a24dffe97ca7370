//! What an account has of uploads, in one row. Uploads that expire do not tell it, nor those that arrive and are not used yet: the row is
//! counted anew when it is full.

use contract::limits::{MAX_PENDING_UPLOADS, MAX_STORED_UPLOADS};
use contract::resources::UPLOADS;
use futures::{StreamExt, TryStreamExt, stream};

use super::{UploadRecord, Uploads, key};
use crate::error::unless_refused;
use crate::item::{number, text};
use crate::{Item, StoreError};

/// Milliseconds between two countings: each reads all rows of the account.
const COUNT_AGAIN_MS: i64 = 10_000;
/// Files that are looked for at the same time.
const LOOKS_AT_ONCE: usize = 16;

pub(super) fn quota_key(account: &str) -> (String, String) {
    (format!("ACCOUNT#{account}"), "QUOTA".into())
}

impl Uploads<'_> {
    /// Counts what the account has, where that may let a new upload in that would be refused.
    pub async fn recount(&self, upload: &UploadRecord, now_ms: i64) -> Result<(), StoreError> {
        let (pk, sk) = quota_key(&upload.account);
        let call = self.0.dynamodb.get_item().table_name(self.0.names.table(&UPLOADS));
        let found = call.key("pk", text(&pk)).key("sk", text(&sk)).consistent_read(true).send().await?.item;
        let Some(found) = found.map(Item) else { return Ok(()) };
        let of = |name: &str| found.find_number(name).unwrap_or(0);
        let (pending, stored, counted_ms) = (of("pending_count"), of("stored_bytes"), of("counted_at"));
        let fits = pending < MAX_PENDING_UPLOADS && stored + upload.counted() <= MAX_STORED_UPLOADS;
        if fits || now_ms - counted_ms < COUNT_AGAIN_MS {
            return Ok(());
        }
        let (new_pending, new_stored) = self.counted(&upload.account, now_ms).await?;
        let call = self.0.dynamodb.update_item().table_name(self.0.names.table(&UPLOADS));
        let outcome = call
            .key("pk", text(pk))
            .key("sk", text(sk))
            .update_expression(
                "SET pending_count = :new_pending, stored_bytes = :new_stored, counted_at = :now",
            )
            // Whoever changed it meanwhile is not among those that were counted.
            .condition_expression("pending_count = :pending AND stored_bytes = :stored")
            .expression_attribute_values(":new_pending", number(new_pending))
            .expression_attribute_values(":new_stored", number(new_stored))
            .expression_attribute_values(":pending", number(pending))
            .expression_attribute_values(":stored", number(stored))
            .expression_attribute_values(":now", number(now_ms))
            .send()
            .await;
        unless_refused(outcome).map(drop)
    }

    /// Uploads without a file, and bytes of all.
    async fn counted(&self, account: &str, now_ms: i64) -> Result<(i64, i64), StoreError> {
        let uploads = self.all(account, now_ms).await?;
        let stored = uploads.iter().map(UploadRecord::counted).sum();
        let looks = uploads.into_iter().filter(|upload| upload.pinned.is_none());
        let looks = looks.map(|upload| async move { self.arrived(&upload).await });
        // Why a list: the compiler cannot tell of a stream over a borrowing closure that it may change threads.
        let looks: Vec<_> = looks.collect();
        let arrived: Vec<_> = stream::iter(looks).buffer_unordered(LOOKS_AT_ONCE).try_collect().await?;
        let pending = arrived.iter().filter(|file| file.is_none()).count();
        Ok((i64::try_from(pending).unwrap_or(i64::MAX), stored))
    }

    async fn all(&self, account: &str, now_ms: i64) -> Result<Vec<UploadRecord>, StoreError> {
        let (pk, prefix) = key(account, "");
        let call = self
            .0
            .dynamodb
            .query()
            .table_name(self.0.names.table(&UPLOADS))
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", text(pk))
            .expression_attribute_values(":prefix", text(&prefix))
            .consistent_read(true);
        let mut items = call.into_paginator().items().send();
        let mut uploads = Vec::new();
        while let Some(item) = items.next().await {
            let item = Item(item?);
            let id = item.get_text("sk")?.trim_start_matches(&prefix).to_owned();
            uploads.push(UploadRecord::read(account, &id, &item)?);
        }
        uploads.retain(|upload| now_ms < upload.expires_ms());
        Ok(uploads)
    }

    /// Uploads more or less that wait for their file, and bytes. What a crash leaves out is seen at the next counting.
    pub(super) async fn adjust(&self, account: &str, (pending, bytes): (i64, i64)) -> Result<(), StoreError> {
        let (pk, sk) = quota_key(account);
        let call = self.0.dynamodb.update_item().table_name(self.0.names.table(&UPLOADS));
        let call = call.key("pk", text(pk)).key("sk", text(sk));
        call.update_expression("ADD pending_count :pending, stored_bytes :bytes")
            .expression_attribute_values(":pending", number(pending))
            .expression_attribute_values(":bytes", number(bytes))
            .send()
            .await?;
        Ok(())
    }
}
