//! A case is a file in `cases`: a page drawn with letters (two blanks or more part the lines of a row, `#` at a line's start makes its
//! print twice as large), what is wanted (`schema` or `prompt`), and what must be found.

use std::path::Path;

use fields::{Line, Page, Wanted, find};
use serde_json::Value;

fn page(rows: &[Value]) -> Page {
    let mut lines = Vec::new();
    let mut y = 0.0;
    for (row, text) in rows.iter().filter_map(Value::as_str).enumerate() {
        let (scale, text) = text.strip_prefix('#').map_or((1.0, text), |text| (2.0, text));
        let mut start = 0;
        for part in text.split("  ") {
            let cell = part.trim();
            if !cell.is_empty() {
                let column = text[..start + part.find(cell).unwrap_or(0)].chars().count();
                let (left, width) = (column as f32 * 8.0, cell.chars().count() as f32 * 8.0 * scale);
                let corners = [
                    [left, y],
                    [left + width, y],
                    [left + width, y + 14.0 * scale],
                    [left, y + 14.0 * scale],
                ];
                lines.push(Line { text: cell.to_owned(), confidence: 0.99, corners, row });
            }
            start += part.len() + 2;
        }
        y += 20.0 * scale;
    }
    Page { lines }
}

/// Without values that are null or empty, which a case need not spell out.
fn known(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let inner = object.iter().map(|(name, value)| (name.clone(), known(value)));
            Value::Object(
                inner.filter(|(_, value)| !value.is_null() && *value != Value::Array(Vec::new())).collect(),
            )
        }
        Value::Array(rows) => Value::Array(rows.iter().map(known).collect()),
        other => other.clone(),
    }
}

#[test]
fn every_case_is_read_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut faults = String::new();
    for path in paths {
        let case: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let page = page(case["page"].as_array().unwrap());
        let wanted =
            case["prompt"].as_str().map_or_else(|| Wanted::of_schema(&case["schema"]), Wanted::of_prompt);
        let found = find(&[page], &wanted, None);
        if known(&found.data) != case["expected"] {
            faults.push_str(&format!(
                "{}\n  found    {}\n  expected {}\n",
                path.display(),
                known(&found.data),
                case["expected"]
            ));
        }
    }
    assert!(faults.is_empty(), "{faults}");
}
