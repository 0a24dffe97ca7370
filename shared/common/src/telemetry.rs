//! One line a call: readable on one machine, one JSON line with CloudWatch's embedded metrics in a Lambda. No secret, body or
//! key is ever in it.

use std::io::IsTerminal;

use contract::settings;
use serde_json::json;
use store::CallRow;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

const NAMESPACE: &str = "Atelier";

/// Logs to stderr; in a Lambda as JSON. To be called once a process.
///
/// Why not `EnvFilter`: its regular expressions cost every function a part of its start, for filters by span that nobody sets.
pub fn init(in_lambda: bool) {
    let filter = settings::LOG.value_or_default().parse::<Targets>();
    let filter = filter.or_else(|_| settings::LOG.default.parse()).unwrap_or_default();
    let lines = fmt::layer()
        .with_writer(std::io::stderr)
        .with_target(false)
        // Why: it would report a log that cannot be written by a print that panics.
        .log_internal_errors(false)
        .with_ansi(std::io::stderr().is_terminal());
    let lines = if in_lambda { lines.json().without_time().boxed() } else { lines.boxed() };
    if let Err(error) = tracing_subscriber::registry().with(lines.with_filter(filter)).try_init() {
        tracing::debug!(%error, "logging was ready before");
    }
}

/// The line of a call.
pub(crate) fn call(row: &CallRow, in_lambda: bool) {
    if in_lambda {
        println!("{}", embedded_metrics(row));
        return;
    }
    tracing::info!(
        request_id = row.request_id,
        account = row.account,
        status = row.status,
        latency_ms = row.latency_ms,
        credits = %row.credits,
        error_code = row.error_code,
        "{} {}", row.method, row.path
    );
}

/// CloudWatch's embedded metric format: metrics and the call's facts in one line.
fn embedded_metrics(row: &CallRow) -> serde_json::Value {
    json!({
        "_aws": {
            "Timestamp": row.at_ms,
            "CloudWatchMetrics": [{
                "Namespace": NAMESPACE,
                "Dimensions": [["Route"]],
                "Metrics": [
                    {"Name": "Requests", "Unit": "Count"},
                    {"Name": "Errors4xx", "Unit": "Count"},
                    {"Name": "Errors5xx", "Unit": "Count"},
                    {"Name": "LatencyMs", "Unit": "Milliseconds"},
                    {"Name": "CreditsSettled", "Unit": "None"},
                ],
            }],
        },
        "Route": row.route,
        "Requests": 1,
        "Errors4xx": i32::from((400..500).contains(&row.status)),
        "Errors5xx": i32::from(row.status >= 500),
        "LatencyMs": row.latency_ms,
        "CreditsSettled": row.credits,
        "request_id": row.request_id,
        "account": row.account,
        "key_id": row.key_id,
        "method": row.method,
        "path": row.path,
        "status": row.status,
        "error_code": row.error_code,
    })
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn unless_told_otherwise_calls_are_logged_and_the_chatter_of_libraries_is_not() {
        let filter: Targets = settings::LOG.default.parse().expect("a filter");
        assert!(filter.would_enable("common::telemetry", &Level::INFO));
        assert!(!filter.would_enable("common::telemetry", &Level::DEBUG));
        assert!(!filter.would_enable("rustack_sqs_core::handler", &Level::INFO));
        assert!(!filter.would_enable("s3s::ops", &Level::ERROR));
    }
}
