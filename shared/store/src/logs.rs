//! One row a call for 30 days, and usage counters by hour, route and key.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
use contract::Credits;
use contract::clock::hour;
use contract::resources::LOGS;

use crate::item::{number, text};
use crate::{Item, Store, StoreError};

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
    pub error_code: Option<&'static str>,
    /// First 2 KB of the request body, where the key asks for it.
    pub body: Option<String>,
}

#[derive(Debug)]
pub struct Logs<'a>(pub(crate) &'a Store);

const KEEP_SECONDS: i64 = 30 * 86_400;
const KEEP_USAGE_SECONDS: i64 = 400 * 86_400;
/// Rows DynamoDB takes at once.
const BATCH: usize = 25;
const TRIES: u32 = 4;
/// Upper bounds of the latency classes in milliseconds, each twice the one before; from them p50 and p95 are estimated.
const LATENCY_CLASSES: u32 = 16;

impl CallRow {
    fn item(&self) -> Item {
        Item::new(format!("LOG#{}", self.account), format!("{:013}-{}", self.at_ms, self.request_id))
            .text("key_id", &self.key_id)
            .text("request_id", &self.request_id)
            .number("at", self.at_ms)
            .text("method", &self.method)
            .text("path", &self.path)
            .text("route", self.route)
            .number("status", self.status.into())
            .number("latency_ms", self.latency_ms)
            .number("credits", self.credits.micro())
            .optional_text("error_code", self.error_code)
            .optional_text("body", self.body.as_deref())
            .number("expires", self.at_ms / 1000 + KEEP_SECONDS)
    }

    /// Calls whose counters go into the same usage item.
    fn bucket(&self) -> (String, String) {
        (format!("USAGE#{}", self.account), format!("{}#{}#{}", hour(self.at_ms), self.route, self.key_id))
    }

    fn latency_class(&self) -> u32 {
        (64 - (self.latency_ms.max(1) as u64).leading_zeros()).min(LATENCY_CLASSES) - 1
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

    /// Adds calls to their usage counters, one update for each hour, route and key among them.
    pub async fn count(&self, rows: &[CallRow]) -> Result<(), StoreError> {
        let mut buckets: std::collections::BTreeMap<(String, String), Vec<&CallRow>> = Default::default();
        for row in rows {
            buckets.entry(row.bucket()).or_default().push(row);
        }
        for ((pk, sk), rows) in buckets {
            self.add(pk, sk, &rows).await?;
        }
        Ok(())
    }

    async fn add(&self, pk: String, sk: String, rows: &[&CallRow]) -> Result<(), StoreError> {
        let sum = |value: fn(&CallRow) -> i64| number(rows.iter().map(|row| value(row)).sum());
        let mut expression = String::from(
            "SET expires = :expires ADD requests :requests, errors :errors, credits :credits, images :images, latency_sum :latency",
        );
        let mut call = self
            .0
            .dynamodb
            .update_item()
            .table_name(self.0.names.table(&LOGS))
            .key("pk", text(pk))
            .key("sk", text(sk))
            .expression_attribute_values(":requests", sum(|_| 1))
            .expression_attribute_values(":errors", sum(|row| i64::from(row.status >= 400)))
            .expression_attribute_values(":credits", sum(|row| row.credits.micro()))
            .expression_attribute_values(":images", sum(|row| row.images))
            .expression_attribute_values(":latency", sum(|row| row.latency_ms))
            .expression_attribute_values(
                ":expires",
                number(rows.first().map_or(0, |row| row.at_ms / 1000 + KEEP_USAGE_SECONDS)),
            );
        for class in 0..LATENCY_CLASSES {
            let count = rows.iter().filter(|row| row.latency_class() == class).count();
            if count > 0 {
                expression += &format!(", l{class} :l{class}");
                call = call.expression_attribute_values(format!(":l{class}"), number(count as i64));
            }
        }
        call.update_expression(expression).send().await?;
        Ok(())
    }
}
