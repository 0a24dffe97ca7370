//! One row a call for 30 days.

mod find;

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
use contract::Credits;
use contract::resources::LOGS;

use crate::transaction::Change;
use crate::{Guard, Item, Store, StoreError, Transaction};

pub use find::LogFilter;

/// What is kept of a call.
#[derive(Debug, Clone, Default)]
pub struct CallRow {
    pub account: String,
    pub key_id: String,
    pub request_id: String,
    pub at_ms: i64,
    pub method: String,
    pub path: String,
    pub route: &'static str,
    pub status: u16,
    pub latency_ms: i64,
    pub credits: Credits,
    pub images: i64,
    /// Tokens that were paid for.
    pub tokens: i64,
    /// The model that worked on it, for usage only.
    pub model: Option<String>,
    /// Answered from the cache.
    pub cached: bool,
    pub error_code: Option<&'static str>,
    /// First 2 KB of the request body, where the key asks for it.
    pub body: Option<String>,
}

#[derive(Debug)]
pub struct Logs<'a>(pub(crate) &'a Store);

/// Days of rows, in seconds.
pub const KEEP_SECONDS: i64 = 30 * 86_400;
/// Rows DynamoDB takes at once.
const BATCH: usize = 25;
const TRIES: u32 = 4;

fn partition(account: &str) -> String {
    format!("LOG#{account}")
}

fn sort_key(at_ms: i64, request_id: &str) -> String {
    format!("{at_ms:013}-{request_id}")
}

impl CallRow {
    fn item(&self) -> Item {
        Item::new(partition(&self.account), sort_key(self.at_ms, &self.request_id))
            .text("key_id", &self.key_id)
            .text("request_id", &self.request_id)
            .number("at", self.at_ms)
            .text("method", &self.method)
            .text("path", &self.path)
            .text("route", self.route)
            .number("status", self.status.into())
            .number("latency_ms", self.latency_ms)
            .number("credits", self.credits.micro())
            .number("tokens", self.tokens)
            .flag("cached", self.cached)
            .optional_text("error_code", self.error_code)
            .optional_text("body", self.body.as_deref())
            .number("expires", self.at_ms / 1000 + KEEP_SECONDS)
    }
}

impl Logs<'_> {
    /// Writes rows, in batches.
    pub async fn write(&self, rows: &[CallRow]) -> Result<(), StoreError> {
        for batch in rows.chunks(BATCH) {
            let mut requests: Vec<WriteRequest> = Vec::with_capacity(batch.len());
            for row in batch {
                let put = PutRequest::builder().set_item(Some(row.item().0)).build()?;
                requests.push(WriteRequest::builder().put_request(put).build());
            }
            self.write_batch(requests).await?;
        }
        Ok(())
    }

    /// Adds a row to a transaction.
    pub(crate) fn write_with(
        &self,
        transaction: &mut Transaction<'_>,
        row: &CallRow,
    ) -> Result<(), StoreError> {
        transaction.put(Guard::None, &LOGS, row.item(), Change::default())
    }

    /// What the table could not take at once is tried again a few times.
    async fn write_batch(&self, requests: Vec<WriteRequest>) -> Result<(), StoreError> {
        let mut left = HashMap::from([(self.0.names.table(&LOGS).to_owned(), requests)]);
        for tried in 1..=TRIES {
            let written = self.0.dynamodb.batch_write_item().set_request_items(Some(left)).send().await?;
            left = written.unprocessed_items.unwrap_or_default();
            if left.is_empty() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50 << tried)).await;
        }
        Err(StoreError::Unavailable("log rows were not taken".into()))
    }
}
