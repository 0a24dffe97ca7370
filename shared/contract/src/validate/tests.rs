use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::*;

#[derive(JsonSchema, Deserialize)]
#[allow(dead_code)]
#[serde(untagged)]
enum Size {
    Pixels(#[schemars(range(min = 1, max = 100))] u32),
    Word(String),
}

#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Fit {
    Crop,
    Bounds,
}

#[derive(JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Inner {
    #[schemars(range(max = 9))]
    depth: Option<u32>,
}

#[derive(JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Body {
    #[schemars(length(min = 1, max = 5))]
    name: String,
    size: Option<Size>,
    fit: Option<Fit>,
    #[schemars(range(min = -100, max = 100))]
    change: Option<i32>,
    #[schemars(length(max = 2))]
    tags: Option<Vec<String>>,
    inner: Option<Inner>,
    price: Option<crate::Credits>,
}

fn faults(value: Value, strict: bool) -> Vec<Fault> {
    let schema = serde_json::to_value(schemars::schema_for!(Body)).expect("schema");
    let mut value = value;
    drop_nulls(&mut value);
    validate(&value, &schema, strict)
}

#[test]
fn all_faults_of_a_body_are_found_in_one_walk() {
    let found = faults(
        json!({"size": 0, "fit": "stretch", "change": 200, "tags": ["a", 1, "c"], "other": 1, "name": null}),
        true,
    );
    let paths: Vec<&str> = found.iter().map(|fault| fault.path.as_str()).collect();
    assert_eq!(paths.len(), 6, "{found:?}");
    for path in ["name", "size", "fit", "change", "tags", "other"] {
        assert!(paths.contains(&path), "{path} in {paths:?}");
    }
    assert!(found.contains(&Fault::new("fit", Rule::OneOf(vec!["crop".into(), "bounds".into()]))));
}

#[test]
fn a_union_is_judged_by_the_json_type_of_the_value() {
    assert!(faults(json!({"name": "a", "size": "auto"}), true).is_empty());
    assert_eq!(
        faults(json!({"name": "a", "size": 500}), true),
        [Fault::new("size", Rule::Maximum(100.into()))]
    );
    assert_eq!(
        faults(json!({"name": "a", "size": []}), true),
        [Fault::new("size", Rule::Type(JsonType::Integer))]
    );
    assert_eq!(
        faults(json!({"name": "a", "change": 1.5}), true),
        [Fault::new("change", Rule::Type(JsonType::Integer))]
    );
}

#[test]
fn what_stands_inside_an_optional_object_is_judged_too() {
    let found = faults(json!({"name": "a", "inner": {"depth": 10, "more": 1}}), true);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.contains(&Fault::new("inner.depth", Rule::Maximum(9.into()))));
    assert!(found.contains(&Fault::new("inner.more", Rule::Unknown)));
    assert_eq!(
        faults(json!({"name": "a", "inner": []}), true),
        [Fault::new("inner", Rule::Type(JsonType::Object))]
    );
    assert!(faults(json!({"name": "a", "inner": null}), true).is_empty());
}

#[test]
fn an_amount_has_at_most_six_decimals() {
    assert!(faults(json!({"name": "a", "price": 0.000001}), true).is_empty());
    assert!(faults(json!({"name": "a", "price": 999_999_999.123456}), true).is_empty());
    let found = faults(json!({"name": "a", "price": 0.0000001}), true);
    assert_eq!(found.iter().map(|fault| fault.path.as_str()).collect::<Vec<_>>(), ["price"]);
}

#[test]
fn unknown_fields_are_faults_only_where_the_family_is_strict() {
    assert!(faults(json!({"name": "a", "more": true}), false).is_empty());
    assert_eq!(faults(json!({"name": "a", "more": true}), true), [Fault::new("more", Rule::Unknown)]);
    assert_eq!(faults(json!([]), true), [Fault::new("", Rule::Type(JsonType::Object))]);
}

#[test]
fn of_very_many_faults_a_hundred_are_listed_with_the_word_that_there_are_more() {
    let members = (0..100_000).map(|index| (format!("{index}{}", "x".repeat(500)), Value::from(1)));
    let found = faults(Value::Object(members.collect()), true);
    assert_eq!(found.len(), MOST_FAULTS + 1);
    assert!(found.iter().all(|fault| fault.path.len() <= 200));
    assert!(matches!(&found[MOST_FAULTS].rule, Rule::Other(sentence) if sentence.contains("more faults")));
}
