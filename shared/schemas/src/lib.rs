//! Schemas of callers: whether an answer fits one.

use common::ApiError;
use contract::Fault;
use jsonschema::error::ValidationErrorKind;
use jsonschema::{Retrieve, Uri, ValidationError, Validator};
use serde_json::Value;

/// Faults of an answer that a model is told of.
const MOST_TOLD: usize = 20;
/// Rounds of fitting: what becomes null may be a fault of the list it is in.
const MOST_FITTINGS: usize = 4;

/// No reference leads out of a schema.
struct Nothing;

impl Retrieve for Nothing {
    fn retrieve(&self, _: &Uri<String>) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        Err("references to other documents are not followed".into())
    }
}

/// What answers are held against.
///
/// # Errors
/// What is no JSON Schema, or refers to another document.
pub fn validator(schema: &Value) -> Result<Validator, ApiError> {
    let built = jsonschema::options().with_retriever(Nothing).should_validate_formats(false).build(schema);
    built.map_err(|error| {
        let mut sentence = error.to_string();
        sentence.truncate(sentence.floor_char_boundary(300));
        ApiError::invalid(vec![Fault::other("schema", format!("is no JSON Schema: {sentence}"))])
    })
}

/// Places where an answer does not fit, each with what is wrong there. Null stands for what was not found, wherever it stands: a member
/// that is null or left out is no fault, also where the schema requires it.
fn places(validator: &Validator, answer: &Value) -> Vec<(String, String)> {
    let mut said = answer.clone();
    contract::validate::drop_nulls(&mut said);
    let is_fault =
        |error: &ValidationError<'_>| !matches!(error.kind(), ValidationErrorKind::Required { .. });
    let errors = validator.iter_errors(&said).filter(is_fault);
    errors.map(|error| (error.instance_path().to_string(), error.to_string())).collect()
}

/// What is wrong with an answer, in words; empty where it fits.
pub fn faults(validator: &Validator, answer: &Value) -> String {
    let places = places(validator, answer).into_iter().take(MOST_TOLD);
    places.map(|(place, fault)| format!("- at {place:?}: {fault}")).collect::<Vec<_>>().join("\n")
}

/// Makes null what of an answer does not fit, so that the rest does.
pub fn fit(validator: &Validator, answer: &mut Value) {
    for _ in 0..MOST_FITTINGS {
        let places: Vec<String> = places(validator, answer)
            .into_iter()
            .map(|(place, _)| place)
            .filter(|place| !place.is_empty())
            .collect();
        if places.is_empty() {
            return;
        }
        for place in places {
            if let Some(value) = answer.pointer_mut(&place) {
                *value = Value::Null;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_schema_that_is_none_or_leads_elsewhere_is_refused() {
        for schema in [
            json!({"type": "objekt"}),
            json!({"properties": {"a": {"$ref": "https://example.com/schema.json"}}}),
            json!({"properties": {"a": {"$ref": "file:///etc/passwd"}}}),
        ] {
            assert!(validator(&schema).is_err(), "{schema}");
        }
        let own = json!({"type": "object", "properties": {"a": {"$ref": "#/$defs/b"}}, "$defs": {"b": {"type": "string"}}});
        let own = validator(&own).expect("a schema");
        assert_eq!(faults(&own, &json!({"a": "x"})), "");
        assert!(faults(&own, &json!({"a": 1})).contains("/a"));
        let strict = json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]});
        let strict = validator(&strict).expect("a schema");
        assert_eq!(faults(&strict, &json!({"a": null})), "");
        assert_eq!(faults(&strict, &json!({})), "");
        assert_ne!(faults(&strict, &json!([])), "");
        let choice = json!({"properties": {
            "a": {"enum": ["x", "y"]}, "b": {"type": "array", "items": {"type": "object", "properties": {"c": {"type": "number"}}}},
        }});
        let mut answer = json!({"a": "z", "b": [{"c": 1}, {"c": "two"}]});
        fit(&validator(&choice).expect("a schema"), &mut answer);
        assert_eq!(answer, json!({"a": null, "b": [{"c": 1}, {"c": null}]}));
    }
}
