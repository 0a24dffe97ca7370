//! What several questions about one request came to, as one answer, in the order of the pictures.

use serde_json::{Map, Value};

/// One value of many: of members the first that says something, lists one behind the other, objects member by member.
pub fn merged(values: impl IntoIterator<Item = Value>) -> Value {
    values.into_iter().fold(Value::Null, merge)
}

fn merge(one: Value, other: Value) -> Value {
    match (one, other) {
        (Value::Null, other) => other,
        (one, Value::Null) => one,
        (Value::Array(mut one), Value::Array(other)) => {
            one.extend(other);
            Value::Array(one)
        }
        (Value::Object(one), Value::Object(other)) => Value::Object(members(one, other)),
        (one, _) => one,
    }
}

fn members(mut one: Map<String, Value>, other: Map<String, Value>) -> Map<String, Value> {
    for (name, value) in other {
        match one.get_mut(&name) {
            Some(known) => *known = merge(known.take(), value),
            None => drop(one.insert(name, value)),
        }
    }
    one
}

/// Texts one below the other.
pub fn joined(texts: impl IntoIterator<Item = String>) -> String {
    let texts: Vec<String> = texts.into_iter().filter(|text| !text.trim().is_empty()).collect();
    texts.join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lists_go_on_and_of_the_rest_the_first_that_says_something_counts() {
        let all = [
            json!({"shop": null, "items": [1], "at": {"city": "Bonn"}}),
            json!({"shop": "A", "items": [2, 3], "at": {"city": "Köln", "zip": "50667"}}),
            json!(null),
            json!({"shop": "B", "total": 3}),
        ];
        let expected =
            json!({"shop": "A", "items": [1, 2, 3], "at": {"city": "Bonn", "zip": "50667"}, "total": 3});
        assert_eq!(merged(all), expected);
        assert_eq!(merged([json!([1]), json!([2])]), json!([1, 2]));
        assert_eq!(merged([]), json!(null));
    }
}
