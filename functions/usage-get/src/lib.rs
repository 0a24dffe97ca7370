//! Usage by time, route, model and key, as JSON or CSV.

mod csv;

use std::collections::BTreeMap;

use common::{ApiError, Cx, Function, Request, Response};
use contract::Fault;
use contract::clock::{day, hour, month};
use contract::endpoints::USAGE_GET;
use contract::platform::usage::{
    Granularity, Group, Latency, UsageQuery, UsageReport, UsageRow, UsageTotals,
};
use http::HeaderMap;
use http::header::ACCEPT;
use store::{Counted, Counters, Grain};

/// Rows of an answer at most: 6 MB, what a Lambda may answer.
const MOST_ROWS: usize = 20_000;

pub fn function() -> Function {
    Function::http(USAGE_GET, handle)
}

/// What the calls of a row have in common; empty where nothing was asked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    start: String,
    route: Option<String>,
    model: Option<String>,
    key: Option<String>,
}

async fn handle(cx: Cx, req: Request<UsageQuery>) -> Result<Response<UsageReport>, ApiError> {
    let now_ms = cx.now_ms();
    let beyond = req.beyond(now_ms);
    if !beyond.is_empty() {
        return Err(ApiError::invalid(beyond));
    }
    let (granularity, groups) = (req.granularity.unwrap_or_default(), req.groups().unwrap_or_default());
    let (first_ms, last_ms) = req.range_ms(now_ms);
    let (grain, first, last) = match granularity {
        Granularity::Hour => (Grain::Hour, hour(first_ms), hour(last_ms)),
        Granularity::Day => (Grain::Day, day(first_ms), day(last_ms)),
        Granularity::Month => (Grain::Day, month(first_ms) + "-01", month(last_ms) + "-31"),
    };
    let (mut rows, mut total) = (BTreeMap::<Kind, Counters>::new(), Counters::default());
    let usage = cx.store.usage();
    let read = usage.read(cx.account(), grain, (&first, &last), |counted| {
        total.add(&counted.counters);
        let (kind, counters) = (kind(&counted, granularity, &groups), counted.counters);
        rows.entry(kind).and_modify(|sum| sum.add(&counters)).or_insert(counters);
    });
    let whole = read.await?;
    if !whole || rows.len() > MOST_ROWS {
        let sentence = "must be nearer to `to`, or calls be told apart by less: there are too many rows";
        return Err(ApiError::invalid(vec![Fault::other("from", sentence)]));
    }
    let report = UsageReport { data: rows.iter().map(row).collect(), totals: totals(&total) };
    if wants_csv(&req.headers) {
        return Ok(Response::raw("text/csv; charset=utf-8", csv::write(&report, &groups)));
    }
    Ok(report.into())
}

fn kind(counted: &Counted, granularity: Granularity, groups: &[Group]) -> Kind {
    let named = |group, name: &String| groups.contains(&group).then(|| name.clone());
    let start = match granularity {
        Granularity::Hour => format!("{}:00:00Z", counted.period),
        Granularity::Day => format!("{}T00:00:00Z", counted.period),
        Granularity::Month => format!("{}-01T00:00:00Z", counted.period.get(..7).unwrap_or_default()),
    };
    Kind {
        start,
        route: named(Group::Route, &counted.route),
        model: named(Group::Model, &counted.model),
        key: named(Group::Key, &counted.key_id),
    }
}

fn row((kind, counters): (&Kind, &Counters)) -> UsageRow {
    let Kind { start, route, model, key } = kind.clone();
    UsageRow { start, route, model, key, totals: totals(counters) }
}

fn totals(counters: &Counters) -> UsageTotals {
    UsageTotals {
        requests: counters.requests,
        errors: counters.errors,
        tokens: counters.tokens,
        images: counters.images,
        credits: counters.credits,
        latency_ms: Latency { p50: counters.latency.quantile(0.5), p95: counters.latency.quantile(0.95) },
    }
}

/// Whether CSV is named before any JSON and anything.
fn wants_csv(headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = accept.split(',').map(|range| range.split(';').next().unwrap_or_default().trim());
    let mut known = media.filter(|media| {
        ["text/csv", "text/*", "application/json", "application/*", "*/*"]
            .iter()
            .any(|known| media.eq_ignore_ascii_case(known))
    });
    known.next().is_some_and(|first| first.eq_ignore_ascii_case("text/csv"))
}
