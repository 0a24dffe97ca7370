//! Looking rows up: by filters, newest first, or by the request's id.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use contract::Credits;
use contract::clock::seconds;
use contract::platform::logs::LogRow;
use contract::resources::LOGS;

use super::{KEEP_SECONDS, Logs, partition, sort_key};
use crate::item::{number, text};
use crate::{Item, StoreError};

/// Rows DynamoDB looks at in one query, and in one call of [`Logs::find`] altogether: a filter that fits next to nothing
/// ends early with a cursor rather than reading a month.
const PAGE: i32 = 500;
const MOST_LOOKED_AT: i32 = 5_000;

/// Which rows are wanted. Times in milliseconds since the Unix epoch, `from` included, `to` excluded.
#[derive(Debug, Clone, Default)]
pub struct LogFilter {
    pub from_ms: i64,
    pub to_ms: i64,
    /// Smallest and largest status.
    pub status: Option<(u16, u16)>,
    pub route: Option<String>,
    pub key_id: Option<String>,
}

impl LogFilter {
    fn bounds(&self, now_ms: i64) -> (String, String) {
        let oldest = now_ms - KEEP_SECONDS * 1000;
        // Why no id behind them: the bare time stands before every row of its millisecond.
        (format!("{:013}", self.from_ms.max(oldest).max(0)), format!("{:013}", self.to_ms.clamp(0, MOST_MS)))
    }

    /// Whether a row is wanted, whatever its time.
    fn fits(&self, row: &LogRow) -> bool {
        self.status.is_none_or(|(least, most)| (least..=most).contains(&row.status))
            && self.route.as_ref().is_none_or(|route| *route == row.route)
            && self.key_id.as_ref().is_none_or(|key| *key == row.key_id)
    }

    fn names(&self) -> Vec<(&'static str, &'static str)> {
        let mut names = Vec::new();
        if self.status.is_some() {
            names.push(("#status", "status"));
        }
        if self.route.is_some() {
            names.push(("#route", "route"));
        }
        if self.key_id.is_some() {
            names.push(("#key", "key_id"));
        }
        names
    }

    fn expression(&self) -> Option<String> {
        let mut parts = Vec::new();
        if self.status.is_some() {
            parts.push("#status BETWEEN :least AND :most");
        }
        if self.route.is_some() {
            parts.push("#route = :route");
        }
        if self.key_id.is_some() {
            parts.push("#key = :key");
        }
        (!parts.is_empty()).then(|| parts.join(" AND "))
    }

    fn values(&self) -> HashMap<String, AttributeValue> {
        let mut values = HashMap::new();
        if let Some((least, most)) = self.status {
            values.insert(":least".into(), number(least.into()));
            values.insert(":most".into(), number(most.into()));
        }
        if let Some(route) = &self.route {
            values.insert(":route".into(), text(route));
        }
        if let Some(key_id) = &self.key_id {
            values.insert(":key".into(), text(key_id));
        }
        values
    }
}

/// The largest time of 13 digits.
const MOST_MS: i64 = 9_999_999_999_999;

impl Logs<'_> {
    /// At most `limit` rows, newest first, and the cursor of the next page. A page may be short and still have a
    /// cursor: then so many rows were looked at that the rest is left for another call. `None`: the cursor is none of
    /// this filter's.
    pub async fn find(
        &self,
        account: &str,
        filter: &LogFilter,
        limit: usize,
        cursor: Option<&str>,
        now_ms: i64,
    ) -> Result<Option<(Vec<LogRow>, Option<String>)>, StoreError> {
        let (first, last) = filter.bounds(now_ms);
        if cursor.is_some_and(|cursor| !is_sort_key(cursor) || *cursor < *first || *cursor > *last) {
            return Ok(None);
        }
        let (mut rows, mut after, mut looked_at) = (Vec::new(), cursor.map(str::to_owned), 0);
        let mut after_last = None;
        while first <= last && looked_at < MOST_LOOKED_AT {
            let (items, next) = self.page(account, filter, (&first, &last), after).await?;
            looked_at += PAGE;
            for item in items {
                if rows.len() == limit {
                    return Ok(Some((rows, after_last)));
                }
                after_last = Some(item.get_text("sk")?.to_owned());
                rows.push(read(&item)?);
            }
            after = next;
            if after.is_none() {
                break;
            }
        }
        Ok(Some((rows, after)))
    }

    async fn page(
        &self,
        account: &str,
        filter: &LogFilter,
        (first, last): (&str, &str),
        after: Option<String>,
    ) -> Result<(Vec<Item>, Option<String>), StoreError> {
        let start = after.map(|sk| {
            HashMap::from([("pk".to_owned(), text(partition(account))), ("sk".to_owned(), text(sk))])
        });
        let mut call = self
            .0
            .dynamodb
            .query()
            .table_name(self.0.names.table(&LOGS))
            .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :last")
            .set_filter_expression(filter.expression())
            .set_expression_attribute_values(Some(filter.values()))
            .expression_attribute_values(":pk", text(partition(account)))
            .expression_attribute_values(":first", text(first))
            .expression_attribute_values(":last", text(last))
            .scan_index_forward(false)
            .limit(PAGE)
            .set_exclusive_start_key(start);
        for (name, attribute) in filter.names() {
            call = call.expression_attribute_names(name, attribute);
        }
        let page = call.send().await?;
        let next = page.last_evaluated_key.map(Item).and_then(|key| key.find_text("sk").map(str::to_owned));
        Ok((page.items.unwrap_or_default().into_iter().map(Item).collect(), next))
    }

    /// The row of one request. Its id carries the time of the call, so that this reads one item.
    pub async fn of_request(
        &self,
        account: &str,
        request_id: &str,
        filter: &LogFilter,
        now_ms: i64,
    ) -> Result<Option<LogRow>, StoreError> {
        let Some(at_ms) = time_of(request_id) else { return Ok(None) };
        let call = self
            .0
            .dynamodb
            .get_item()
            .table_name(self.0.names.table(&LOGS))
            .key("pk", text(partition(account)))
            .key("sk", text(sort_key(at_ms, request_id)));
        let found = call.send().await?.item.map(|item| read(&Item(item))).transpose()?;
        let (first, last) = filter.bounds(now_ms);
        let in_time = (first..=last).contains(&sort_key(at_ms, request_id));
        Ok(found.filter(|row| in_time && filter.fits(row)))
    }
}

/// The time in a UUID of version 7, in milliseconds.
fn time_of(request_id: &str) -> Option<i64> {
    let (seconds, nanos) = uuid::Uuid::try_parse(request_id).ok()?.get_timestamp()?.to_unix();
    i64::try_from(seconds.checked_mul(1000)? + u64::from(nanos / 1_000_000)).ok()
}

/// Thirteen digits, a dash and a request's id.
fn is_sort_key(text: &str) -> bool {
    let id = text.split_once('-').filter(|(at, _)| at.len() == 13 && at.bytes().all(|b| b.is_ascii_digit()));
    id.is_some_and(|(_, id)| uuid::Uuid::try_parse(id).is_ok())
}

fn read(item: &Item) -> Result<LogRow, StoreError> {
    let words = |name: &str| item.get_text(name).map(str::to_owned);
    Ok(LogRow {
        request_id: words("request_id")?,
        at: seconds(item.get_number("at")?),
        method: words("method")?,
        path: words("path")?,
        route: words("route")?,
        status: u16::try_from(item.get_number("status")?).unwrap_or(0),
        latency_ms: item.get_number("latency_ms")?,
        credits: Credits::from_micro(item.get_number("credits")?),
        tokens: item.find_number("tokens").unwrap_or(0),
        key_id: words("key_id")?,
        cached: item.is("cached"),
        error_code: item.find_text("error_code").map(str::to_owned),
        body: item.find_text("body").map(str::to_owned),
    })
}
