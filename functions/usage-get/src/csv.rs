//! The report as RFC 4180: a line of names, a line a row, CRLF.

use contract::platform::usage::{Group, UsageReport, UsageRow};

pub fn write(report: &UsageReport, groups: &[Group]) -> String {
    let named = [(Group::Route, "route"), (Group::Model, "model"), (Group::Key, "key")];
    let mut names = vec!["start"];
    names.extend(named.iter().filter(|(group, _)| groups.contains(group)).map(|(_, name)| *name));
    names.extend(["requests", "errors", "tokens", "images", "credits", "latency_p50_ms", "latency_p95_ms"]);
    let mut text = names.join(",") + "\r\n";
    for row in &report.data {
        text += &line(row).join(",");
        text += "\r\n";
    }
    text
}

fn line(row: &UsageRow) -> Vec<String> {
    let mut fields = vec![row.start.clone()];
    fields.extend([&row.route, &row.model, &row.key].into_iter().flatten().map(|name| quoted(name)));
    let totals = &row.totals;
    let latency = |value: Option<i64>| value.map(|value| value.to_string()).unwrap_or_default();
    fields.extend(
        [totals.requests, totals.errors, totals.tokens, totals.images].map(|count| count.to_string()),
    );
    fields.push(totals.credits.to_string());
    fields.extend([latency(totals.latency_ms.p50), latency(totals.latency_ms.p95)]);
    fields
}

/// In quotes where it holds what would end a field.
fn quoted(field: &str) -> String {
    if field.contains(['"', ',', '\r', '\n']) {
        return format!("\"{}\"", field.replace('"', "\"\""));
    }
    field.to_owned()
}
