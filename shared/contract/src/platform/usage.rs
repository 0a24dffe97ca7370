//! Usage by time, route, model and key.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::logs::{check_order, check_time};
use crate::Credits;
use crate::clock::parse_rfc3339;
use crate::fault::{Check, Fault};

/// Longest time of an answer by the hour, and of any, in seconds.
const LONGEST_BY_HOUR: i64 = 31 * 86_400;
const LONGEST: i64 = 400 * 86_400;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
// Why inline: it stands in a query, whose parameters have no definitions beside them.
#[schemars(inline)]
pub enum Granularity {
    Hour,
    #[default]
    Day,
    Month,
}

/// What calls are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    Route,
    Model,
    Key,
}

/// `GET /v1/usage`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct UsageQuery {
    /// RFC 3339. The hour, day or month it lies in counts whole. Absent: a day, 30 days or a year before `to`.
    pub from: Option<String>,
    /// RFC 3339, not included; what it lies in counts whole. Absent: now.
    pub to: Option<String>,
    /// Absent: `day`.
    pub granularity: Option<Granularity>,
    /// Any of `route`, `model` and `key`, with commas between.
    #[schemars(length(min = 1, max = 100))]
    pub group_by: Option<String>,
}

/// `GET /v1/usage`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct UsageReport {
    /// In order of time; hours, days and months without calls are left out.
    pub data: Vec<UsageRow>,
    pub totals: UsageTotals,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct UsageRow {
    /// Begin of the hour, day or month (UTC).
    pub start: String,
    /// Where it was asked for by `group_by`, as the next two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    #[serde(flatten)]
    pub totals: UsageTotals,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct UsageTotals {
    pub requests: i64,
    /// Calls with a status from 400 on.
    pub errors: i64,
    pub tokens: i64,
    pub images: i64,
    pub credits: Credits,
    pub latency_ms: Latency,
}

/// Estimated from classes of latency, at most a fifth off; null without calls.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Latency {
    pub p50: Option<i64>,
    pub p95: Option<i64>,
}

impl UsageQuery {
    pub fn groups(&self) -> Option<Vec<Group>> {
        let Some(list) = &self.group_by else { return Some(Vec::new()) };
        let group = |name: &str| match name.trim() {
            "route" => Some(Group::Route),
            "model" => Some(Group::Model),
            "key" => Some(Group::Key),
            _ => None,
        };
        list.split(',').map(group).collect()
    }

    /// First and last instant that count, in milliseconds since the Unix epoch, before they are widened to whole hours,
    /// days or months.
    pub fn range_ms(&self, now_ms: i64) -> (i64, i64) {
        let ms =
            |at: &Option<String>| at.as_deref().and_then(parse_rfc3339).map(|at| at.saturating_mul(1000));
        let to = ms(&self.to).unwrap_or(now_ms + 1);
        let back = match self.granularity.unwrap_or_default() {
            Granularity::Hour => 86_400_000,
            Granularity::Day => 30 * 86_400_000,
            Granularity::Month => 365 * 86_400_000,
        };
        (ms(&self.from).unwrap_or(to - back), to - 1)
    }

    /// Faults that depend on the time of the call.
    pub fn beyond(&self, now_ms: i64) -> Vec<Fault> {
        let (first, last) = self.range_ms(now_ms);
        let longest = match self.granularity.unwrap_or_default() {
            Granularity::Hour => LONGEST_BY_HOUR,
            Granularity::Day | Granularity::Month => LONGEST,
        };
        let mut faults = Vec::new();
        if first > last {
            faults.push(Fault::other("from", "must be earlier than to"));
        } else if (last - first) / 1000 >= longest {
            let days = longest / 86_400;
            faults.push(Fault::other("from", format!("must be at most {days} days before to")));
        }
        faults
    }
}

impl Check for UsageQuery {
    fn check(&self, faults: &mut Vec<Fault>) {
        check_time("from", self.from.as_ref(), faults);
        check_time("to", self.to.as_ref(), faults);
        check_order(self.from.as_ref(), self.to.as_ref(), faults);
        if self.groups().is_none() {
            faults
                .push(Fault::other("group_by", "must list any of route, model and key, with commas between"));
        }
    }
}
