//! Usage counters: one item for each hour, and one for each day, of a route, a key and a model of an account.
//!
//! Why both, and why counters at all: a question about a year must not read every call of it. A question by the hour reads
//! at most a month of hourly items, any longer one the daily items, so what an answer costs follows from how many routes,
//! keys and models were used and not from how often. The price is a second update a call in a Lambda; a server adds up
//! all calls of a second before it writes.

mod histogram;

use std::collections::BTreeMap;

use contract::Credits;
use contract::clock::{day, hour};
use contract::resources::LOGS;

use crate::item::text;
use crate::transaction::Change;
use crate::{CallRow, Guard, Item, Store, StoreError, Transaction};

pub use histogram::Histogram;

const KEEP_SECONDS: i64 = 400 * 86_400;
/// Items an answer may be added up from; beyond it the question is too wide.
const MOST_ITEMS: usize = 100_000;

/// What is counted of calls.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counters {
    pub requests: i64,
    /// Calls with a status from 400 on.
    pub errors: i64,
    pub tokens: i64,
    pub images: i64,
    pub credits: Credits,
    pub latency: Histogram,
}

/// The counters of one hour or day, route, key and model.
#[derive(Debug, Clone, PartialEq)]
pub struct Counted {
    /// `2026-03-05T10` or `2026-03-05`, in UTC.
    pub period: String,
    pub route: String,
    pub key_id: String,
    /// Empty where the call used none.
    pub model: String,
    pub counters: Counters,
}

/// Which items are read: those of hours, or those of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grain {
    Hour,
    Day,
}

#[derive(Debug)]
pub struct Usage<'a>(pub(crate) &'a Store);

type ItemKey = (String, String);

impl Counters {
    pub fn of(row: &CallRow) -> Self {
        let mut latency = Histogram::default();
        latency.count(row.latency_ms);
        Self {
            requests: 1,
            errors: i64::from(row.status >= 400),
            tokens: row.tokens,
            images: row.images,
            credits: row.credits,
            latency,
        }
    }

    pub fn add(&mut self, other: &Self) {
        self.requests += other.requests;
        self.errors += other.errors;
        self.tokens += other.tokens;
        self.images += other.images;
        self.credits = self.credits + other.credits;
        self.latency.add(&other.latency);
    }

    fn read(item: &Item) -> Self {
        let count = |name: &str| item.find_number(name).unwrap_or(0);
        let mut latency = Histogram::default();
        for class in 0..Histogram::CLASSES {
            latency.set(class, count(&format!("h{class}")));
        }
        Self {
            requests: count("requests"),
            errors: count("errors"),
            tokens: count("tokens"),
            images: count("images"),
            credits: item.credits("credits"),
            latency,
        }
    }
}

fn partition(grain: Grain, account: &str) -> String {
    match grain {
        Grain::Hour => format!("USAGE#{account}"),
        Grain::Day => format!("USAGE-DAY#{account}"),
    }
}

fn keys(row: &CallRow) -> [ItemKey; 2] {
    // Why: `#` stands between the parts, and a model may be named by its operator.
    let model = row.model.as_deref().unwrap_or_default().replace('#', "_");
    let rest = format!("#{}#{}#{model}", row.route, row.key_id);
    [(Grain::Hour, hour(row.at_ms)), (Grain::Day, day(row.at_ms))]
        .map(|(grain, period)| (partition(grain, &row.account), period + &rest))
}

fn addition(sum: &Counters, newest_ms: i64) -> Change {
    let mut change = Change::new(
        "SET expires = :expires ADD requests :requests, errors :errors, credits :credits, images :images, tokens :tokens",
    )
    .number(":requests", sum.requests)
    .number(":errors", sum.errors)
    .number(":credits", sum.credits.micro())
    .number(":images", sum.images)
    .number(":tokens", sum.tokens)
    .number(":expires", newest_ms / 1000 + KEEP_SECONDS);
    for (class, count) in sum.latency.classes() {
        change.expression += &format!(", h{class} :h{class}");
        change = change.number(&format!(":h{class}"), count);
    }
    change
}

impl Usage<'_> {
    /// Adds calls to their counters, one update for each item among them.
    pub async fn count(&self, rows: &[CallRow]) -> Result<(), StoreError> {
        let mut sums: BTreeMap<ItemKey, (Counters, i64)> = BTreeMap::new();
        for row in rows {
            for key in keys(row) {
                let (sum, newest_ms) = sums.entry(key).or_default();
                sum.add(&Counters::of(row));
                *newest_ms = row.at_ms.max(*newest_ms);
            }
        }
        let updates = sums.into_iter().map(|(key, (sum, newest_ms))| self.add(key, sum, newest_ms));
        let updates: Vec<_> = updates.collect();
        if updates.len() <= 2 {
            return futures::future::try_join_all(updates).await.map(drop);
        }
        for update in updates {
            update.await?;
        }
        Ok(())
    }

    /// Adds the counting of a call to a transaction.
    pub(crate) fn count_with(
        &self,
        transaction: &mut Transaction<'_>,
        row: &CallRow,
    ) -> Result<(), StoreError> {
        for key in keys(row) {
            transaction.update(Guard::None, &LOGS, key, addition(&Counters::of(row), row.at_ms))?;
        }
        Ok(())
    }

    /// Adds what work in the background was charged, whose call was counted when it was accepted.
    pub(crate) fn charge_with(
        &self,
        transaction: &mut Transaction<'_>,
        row: &CallRow,
    ) -> Result<(), StoreError> {
        let sum = Counters { images: row.images, credits: row.credits, ..Counters::default() };
        for key in keys(row) {
            transaction.update(Guard::None, &LOGS, key, addition(&sum, row.at_ms))?;
        }
        Ok(())
    }

    async fn add(&self, (pk, sk): ItemKey, sum: Counters, newest_ms: i64) -> Result<(), StoreError> {
        let Change { expression, values, .. } = addition(&sum, newest_ms);
        let call = self.0.dynamodb.update_item().table_name(self.0.names.table(&LOGS));
        let call = call.key("pk", text(pk)).key("sk", text(sk)).update_expression(expression);
        call.set_expression_attribute_values(Some(values)).send().await?;
        Ok(())
    }

    /// Hands `visit` the counters of every period from `first` to `last`, both included, in order of time. `false` where
    /// there are more than an answer may be added up from; then it has seen only some.
    pub async fn read(
        &self,
        account: &str,
        grain: Grain,
        (first, last): (&str, &str),
        mut visit: impl FnMut(Counted) + Send,
    ) -> Result<bool, StoreError> {
        let mut items = self
            .0
            .dynamodb
            .query()
            .table_name(self.0.names.table(&LOGS))
            .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :last")
            .expression_attribute_values(":pk", text(partition(grain, account)))
            .expression_attribute_values(":first", text(first))
            // Why `~`: it stands behind `#`, so every item of the last period comes before it.
            .expression_attribute_values(":last", text(format!("{last}~")))
            .into_paginator()
            .items()
            .send();
        let mut seen = 0;
        while let Some(item) = items.next().await {
            let item = Item(item?);
            let mut parts = item.get_text("sk")?.splitn(4, '#').map(str::to_owned);
            let mut part = || parts.next().unwrap_or_default();
            let (period, route, key_id, model) = (part(), part(), part(), part());
            visit(Counted { period, route, key_id, model, counters: Counters::read(&item) });
            seen += 1;
            if seen > MOST_ITEMS {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
