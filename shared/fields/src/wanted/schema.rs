//! Fields out of a JSON Schema.

use serde_json::Value;

use super::{Field, Kind};

/// Objects in objects: deeper ones are not followed.
const DEPTH: u32 = 8;
/// References that lead to references.
const REFERENCES: u32 = 8;
/// More fields than this are not looked for.
const MOST: usize = 400;

pub(super) fn fields(schema: &Value) -> Vec<Field> {
    let mut left = MOST;
    let root = resolved(schema, schema);
    match root["type"].as_str() {
        // A bare list at the root has no name; it is asked for as what schemas of lists are mostly about.
        Some("array") => Vec::new(),
        _ => properties(root, schema, DEPTH, &mut left),
    }
}

fn properties(object: &Value, root: &Value, depth: u32, left: &mut usize) -> Vec<Field> {
    let mut fields = Vec::new();
    for (name, property) in object["properties"].as_object().into_iter().flatten() {
        if *left == 0 {
            break;
        }
        *left -= 1;
        let property = resolved(property, root);
        if let Some((kind, as_text)) = kind(property, root, depth, left) {
            let description =
                property["description"].as_str().or_else(|| property["title"].as_str()).map(str::to_owned);
            fields.push(Field { name: name.clone(), description, kind, as_text });
        }
    }
    fields
}

/// A schema with its reference followed, or the one of its choices that is not null.
fn resolved<'a>(mut schema: &'a Value, root: &'a Value) -> &'a Value {
    for _ in 0..REFERENCES {
        let target = schema["$ref"].as_str().and_then(|reference| root.pointer(reference.strip_prefix('#')?));
        let choice = ["anyOf", "oneOf", "allOf"].iter().find_map(|name| {
            schema[*name].as_array()?.iter().find(|choice| choice["type"].as_str() != Some("null"))
        });
        match target.or(choice) {
            Some(next) => schema = next,
            None => break,
        }
    }
    schema
}

fn kind(schema: &Value, root: &Value, depth: u32, left: &mut usize) -> Option<(Kind, bool)> {
    let named = match &schema["type"] {
        Value::String(name) => Some(name.as_str()),
        Value::Array(names) => names.iter().filter_map(Value::as_str).find(|name| *name != "null"),
        _ => None,
    };
    if let Some(choices) = schema["enum"].as_array()
        && matches!(named, Some("string") | None)
    {
        let choices: Vec<String> =
            choices.iter().filter_map(|choice| choice.as_str().map(str::to_owned)).collect();
        return (!choices.is_empty()).then_some((Kind::Choice(choices), false));
    }
    let kind = match named {
        Some("object") | None if schema["properties"].is_object() => {
            Kind::Object(if depth > 0 { properties(schema, root, depth - 1, left) } else { Vec::new() })
        }
        Some("array") => Kind::List(rows(&schema["items"], root, depth, left)?),
        Some("number") => Kind::Number,
        Some("integer") => Kind::Integer,
        Some("boolean") => Kind::Boolean,
        Some("string") | None => match schema["format"].as_str() {
            Some("date" | "date-time") => Kind::Date,
            Some("time") => Kind::Time,
            Some("email" | "idn-email") => Kind::Email,
            Some("uri" | "iri" | "url" | "hostname") => Kind::Url,
            _ => Kind::Text,
        },
        _ => return None,
    };
    Some((kind, false))
}

/// What the rows of a list have.
fn rows(items: &Value, root: &Value, depth: u32, left: &mut usize) -> Option<Vec<Field>> {
    let items = resolved(items, root);
    if depth == 0 {
        return None;
    }
    match kind(items, root, depth - 1, left)? {
        (Kind::Object(fields), _) => Some(fields),
        (Kind::List(_), _) => None,
        (kind, as_text) => Some(vec![Field { name: String::new(), description: None, kind, as_text }]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn kinds_of_properties() {
        let schema = json!({"type": "object", "properties": {
            "total": {"type": ["number", "null"]}, "date": {"type": "string", "format": "date"},
            "seller": {"$ref": "#/$defs/party"}, "items": {"type": "array", "items": {"type": "object", "properties": {"price": {"type": "number"}}}},
            "tags": {"type": "array", "items": {"type": "string"}}, "size": {"anyOf": [{"type": "null"}, {"type": "integer"}]},
            "state": {"enum": ["new", "used"]},
        }, "$defs": {"party": {"type": "object", "properties": {"name": {"type": "string"}}}}});
        let fields = fields(&schema);
        let kinds: Vec<&Kind> = fields.iter().map(|field| &field.kind).collect();
        assert!(
            matches!(
                kinds[..],
                [
                    Kind::Number,
                    Kind::Date,
                    Kind::Object(_),
                    Kind::List(_),
                    Kind::List(_),
                    Kind::Integer,
                    Kind::Choice(_)
                ]
            ),
            "{kinds:?}"
        );
    }

    #[test]
    fn a_schema_that_holds_itself_ends() {
        let schema =
            json!({"type": "object", "properties": {"a": {"$ref": "#"}, "b": {"$ref": "#/properties/b"}}});
        assert!(fields(&schema).len() <= 2);
    }
}
