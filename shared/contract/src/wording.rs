//! The words for a broken rule, family by family.

use crate::fault::{Fault, JsonType, Rule};

const NOT_AVAILABLE: &str = "not available in this version";

/// In the words of pydantic v1, which clients of the images family parse.
pub fn pydantic_v1(rule: &Rule) -> String {
    match rule {
        Rule::Missing => "field required".into(),
        Rule::Unknown => "extra fields not permitted".into(),
        Rule::Type(JsonType::Object) => "value is not a valid dict".into(),
        Rule::Type(JsonType::Array) => "value is not a valid list".into(),
        Rule::Type(JsonType::String) => "str type expected".into(),
        Rule::Type(JsonType::Integer) => "value is not a valid integer".into(),
        Rule::Type(JsonType::Number) => "value is not a valid float".into(),
        Rule::Type(JsonType::Boolean) => "value could not be parsed to a boolean".into(),
        Rule::MinLength(n) => format!("ensure this value has at least {n} characters"),
        Rule::MaxLength(n) => format!("ensure this value has at most {n} characters"),
        Rule::MinItems(n) => format!("ensure this value has at least {n} items"),
        Rule::MaxItems(n) => format!("ensure this value has at most {n} items"),
        Rule::Minimum(n) => format!("ensure this value is greater than or equal to {n}"),
        Rule::Maximum(n) => format!("ensure this value is less than or equal to {n}"),
        Rule::OneOf(values) => format!("unexpected value; permitted: {}", quoted(values)),
        Rule::NotAvailable => NOT_AVAILABLE.into(),
        Rule::Other(sentence) => sentence.clone(),
    }
}

/// Type and sentence of pydantic v2, which clients of the requests family parse.
pub fn pydantic_v2(rule: &Rule) -> (&'static str, String) {
    match rule {
        Rule::Missing => ("missing", "Field required".into()),
        Rule::Unknown => ("extra_forbidden", "Extra inputs are not permitted".into()),
        Rule::Type(JsonType::Object) => ("dict_type", "Input should be a valid dictionary".into()),
        Rule::Type(JsonType::Array) => ("list_type", "Input should be a valid list".into()),
        Rule::Type(JsonType::String) => ("string_type", "Input should be a valid string".into()),
        Rule::Type(JsonType::Integer) => ("int_type", "Input should be a valid integer".into()),
        Rule::Type(JsonType::Number) => ("float_type", "Input should be a valid number".into()),
        Rule::Type(JsonType::Boolean) => ("bool_type", "Input should be a valid boolean".into()),
        Rule::MinLength(n) => ("string_too_short", format!("String should have at least {}", characters(*n))),
        Rule::MaxLength(n) => ("string_too_long", format!("String should have at most {}", characters(*n))),
        Rule::MinItems(n) => ("too_short", format!("List should have at least {n} items after validation")),
        Rule::MaxItems(n) => ("too_long", format!("List should have at most {n} items after validation")),
        Rule::Minimum(n) => ("greater_than_equal", format!("Input should be greater than or equal to {n}")),
        Rule::Maximum(n) => ("less_than_equal", format!("Input should be less than or equal to {n}")),
        Rule::OneOf(values) => ("literal_error", format!("Input should be {}", quoted(values))),
        Rule::NotAvailable => ("value_error", format!("Value error, {NOT_AVAILABLE}")),
        Rule::Other(sentence) => ("value_error", format!("Value error, {sentence}")),
    }
}

fn characters(count: u64) -> String {
    if count == 1 { "1 character".into() } else { format!("{count} characters") }
}

/// In plain words, for every other family.
pub fn plain(rule: &Rule) -> String {
    match rule {
        Rule::Missing => "is required".into(),
        Rule::Unknown => "is not a known field".into(),
        Rule::Type(kind) => format!("must be {}", type_name(*kind)),
        Rule::MinLength(n) => format!("must have at least {n} characters"),
        Rule::MaxLength(n) => format!("must have at most {n} characters"),
        Rule::MinItems(n) => format!("must have at least {n} items"),
        Rule::MaxItems(n) => format!("must have at most {n} items"),
        Rule::Minimum(n) => format!("must be at least {n}"),
        Rule::Maximum(n) => format!("must be at most {n}"),
        Rule::OneOf(values) => format!("must be one of {}", quoted(values)),
        Rule::NotAvailable => format!("is {NOT_AVAILABLE}"),
        Rule::Other(sentence) => sentence.clone(),
    }
}

/// `path: message` of every fault, joined into one sentence a human reads.
pub fn sentence(faults: &[Fault], word: fn(&Rule) -> String) -> String {
    let mut parts = faults.iter().map(|fault| match fault.path.as_str() {
        "" => word(&fault.rule),
        path => format!("{path}: {}", word(&fault.rule)),
    });
    let first = parts.next().unwrap_or_default();
    parts.fold(first, |sentence, part| sentence + ". " + &part) + "."
}

fn quoted(values: &[String]) -> String {
    values.iter().map(|value| format!("'{value}'")).collect::<Vec<_>>().join(", ")
}

fn type_name(kind: JsonType) -> &'static str {
    match kind {
        JsonType::Object => "an object",
        JsonType::Array => "a list",
        JsonType::String => "a string",
        JsonType::Integer => "an integer",
        JsonType::Number => "a number",
        JsonType::Boolean => "true or false",
    }
}
