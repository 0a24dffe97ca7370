//! JSON values as YAML and JSON text, the same bytes on every machine: keys in an order made for readers, whatever
//! order serde_json keeps.

use serde_json::{Map, Value};

/// Keys that come first, in this order; all others follow alphabetically.
const FIRST: &[&str] = &[
    "AWSTemplateFormatVersion",
    "Transform",
    "Description",
    "Parameters",
    "Conditions",
    "Globals",
    "Resources",
    "Outputs",
    "openapi",
    "operationId",
    "$ref",
    "name",
    "in",
    "info",
    "title",
    "version",
    "summary",
    "description",
    "servers",
    "tags",
    "security",
    "paths",
    "Type",
    "type",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "Sid",
    "Effect",
    "Action",
    "Resource",
    "parameters",
    "requestBody",
    "responses",
    "headers",
    "required",
    "properties",
    "error",
    "error_code",
    "error_type",
    "error_message",
    "code",
    "message",
];

/// Longest flow collection that stands on one line.
const LINE: usize = 96;

fn ordered(members: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let rank = |key: &str| FIRST.iter().position(|first| *first == key).unwrap_or(FIRST.len());
    let mut pairs: Vec<_> = members.iter().collect();
    pairs.sort_by(|a, b| rank(a.0).cmp(&rank(b.0)).then_with(|| a.0.cmp(b.0)));
    pairs
}

/// Indented JSON with a newline at its end; short collections of scalars stand on one line.
pub fn json(value: &Value) -> String {
    let mut text = String::new();
    json_value(value, 0, &mut text);
    text.push('\n');
    text
}

fn json_value(value: &Value, depth: usize, text: &mut String) {
    let inner = "  ".repeat(depth + 1);
    let parts: Vec<(String, &Value)> = match value {
        Value::Object(members) => {
            ordered(members).into_iter().map(|(key, value)| (format!("{}: ", quoted(key)), value)).collect()
        }
        Value::Array(items) => items.iter().map(|item| (String::new(), item)).collect(),
        _ => Vec::new(),
    };
    if parts.is_empty() || is_short(value) {
        return text.push_str(&flow(value));
    }
    let (open, close) = if value.is_array() { ('[', ']') } else { ('{', '}') };
    text.push(open);
    for (index, (key, part)) in parts.iter().enumerate() {
        text.push_str(if index == 0 { "\n" } else { ",\n" });
        text.push_str(&inner);
        text.push_str(key);
        json_value(part, depth + 1, text);
    }
    text.push('\n');
    text.push_str(&"  ".repeat(depth));
    text.push(close);
}

/// Block YAML. CloudFormation functions and short lists of scalars stand on one line as JSON, which YAML contains.
pub fn yaml(value: &Value) -> String {
    let mut text = String::new();
    yaml_value(value, 0, &mut text);
    text
}

fn yaml_value(value: &Value, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(members) => {
            for (key, member) in ordered(members) {
                text.push_str(&format!("{indent}{}:", scalar(key)));
                yaml_member(member, depth + 1, text);
            }
        }
        Value::Array(items) => {
            for item in items {
                let mut block = String::new();
                yaml_member(item, depth + 1, &mut block);
                // Why: the first line of a nested block moves up beside its dash, which takes the place of its indent.
                let block = block.trim_start_matches(['\n', ' ']);
                text.push_str(&format!("{indent}- {block}"));
            }
        }
        _ => text.push_str(&flow(value)),
    }
}

fn yaml_member(value: &Value, depth: usize, text: &mut String) {
    match value {
        Value::Object(members) if !members.is_empty() && !is_function(members) => {
            text.push('\n');
            yaml_value(value, depth, text);
        }
        Value::Array(items) if !items.is_empty() && !is_short(value) => {
            text.push('\n');
            yaml_value(value, depth, text);
        }
        Value::String(string) => text.push_str(&format!(" {}\n", scalar(string))),
        _ => text.push_str(&format!(" {}\n", flow(value))),
    }
}

fn is_function(members: &Map<String, Value>) -> bool {
    members.len() == 1 && members.keys().all(|key| key == "Ref" || key.starts_with("Fn::"))
}

/// A collection of scalars that fits on a line. Objects of several members are easier to read on several lines.
fn is_short(value: &Value) -> bool {
    let scalars = match value {
        Value::Object(members) => members.len() == 1 && members.values().all(is_scalar),
        Value::Array(items) => items.iter().all(is_scalar),
        _ => true,
    };
    scalars && flow(value).len() <= LINE
}

fn is_scalar(value: &Value) -> bool {
    !value.is_array() && !value.is_object()
}

/// JSON on one line.
pub fn flow(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let parts: Vec<_> = ordered(members)
                .into_iter()
                .map(|(key, value)| format!("{}: {}", quoted(key), flow(value)))
                .collect();
            format!("{{{}}}", parts.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        _ => value.to_string(),
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// A YAML scalar: plain where no reader of YAML 1.1 or 1.2 could take it for anything else, else in quotes.
fn scalar(text: &str) -> String {
    const WORDS: &[&str] = &["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let plain = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "_./:$-".contains(c))
        && !text.ends_with(':')
        && !WORDS.contains(&text.to_ascii_lowercase().as_str());
    if plain { text.to_owned() } else { quoted(text) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn yaml_reads_back_as_the_value_it_was_written_from() {
        let value = json!({
            "Type": "AWS::SQS::Queue", "on": "on", "empty": {}, "none": [], "date": "2012-10-17", "text": "a: b # c \"d\"\n",
            "numbers": [1, 2.5, -3], "deep": [{"a": 1, "b": [[1], [{"Ref": "X"}]]}, {"c": {"Fn::Sub": "${A}/b"}}, "/v1/{id}"],
            "path": "/v1/keys", "zero": "0", "minus": "-", "long": (0..60).collect::<Vec<u32>>(),
        });
        let read: Value = serde_saphyr::from_str(&yaml(&value)).expect("YAML");
        assert_eq!(read, value);
    }

    #[test]
    fn json_reads_back_and_the_first_keys_come_first() {
        let value = json!({"zeta": [], "info": {"title": "t", "a": [{"b": 1, "c": 2}]}, "openapi": "3.1.0"});
        let text = json(&value);
        assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON"), value);
        assert!(text.find("openapi") < text.find("info") && text.find("info") < text.find("zeta"));
    }
}
