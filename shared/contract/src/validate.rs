//! Every fault of a body at once: a walk over the JSON value by the endpoint's schema. serde alone stops at the first.

use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value};

use crate::fault::{Check, Fault, JsonType, Rule};

/// Removes every `null` member, since `null` means absent everywhere. Members of lists are left alone.
pub fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// Faults that are listed; of a body with more, these and the word that there are more.
pub const MOST_FAULTS: usize = 100;
/// Characters of a name that are repeated in a path.
const LONGEST_NAME: usize = 100;

/// Walks `value` (without nulls) by `schema`, a JSON Schema as `schemars` writes it.
/// `strict`: whether a field unknown to a closed object is a fault; otherwise it is ignored.
pub fn validate(value: &Value, schema: &Value, strict: bool) -> Vec<Fault> {
    let mut walk = Walk { definitions: schema.get("$defs"), strict, faults: Vec::new() };
    walk.value(value, schema, "");
    if walk.faults.len() > MOST_FAULTS {
        walk.faults.truncate(MOST_FAULTS);
        walk.faults.push(Fault::other("", "there are more faults than are listed"));
    }
    walk.faults
}

/// What a value says that the walk has passed, or the faults that only typed data shows.
pub fn typed<T: DeserializeOwned + Check>(value: Value) -> Result<T, Vec<Fault>> {
    // Why: the schema walk came first, so what serde still refuses is what no schema of ours says.
    let typed: T =
        serde_json::from_value(value).map_err(|error| vec![Fault::other("", error.to_string())])?;
    let mut faults = Vec::new();
    typed.check(&mut faults);
    if faults.is_empty() { Ok(typed) } else { Err(faults) }
}

struct Walk<'a> {
    definitions: Option<&'a Value>,
    strict: bool,
    faults: Vec<Fault>,
}

impl<'a> Walk<'a> {
    fn value(&mut self, value: &Value, schema: &'a Value, path: &str) {
        if self.is_full() {
            return;
        }
        if let Some(target) = self.reference(schema) {
            return self.value(value, target, path);
        }
        if let Some(branches) = schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Value::as_array)
        {
            return self.union(value, branches, path);
        }
        if let Some(all) = schema.get("allOf").and_then(Value::as_array) {
            all.iter().for_each(|part| self.value(value, part, path));
        }
        if !self.has_type(value, schema, path) {
            return;
        }
        if let Some(permitted) = permitted(schema) {
            if !permitted.contains(&value) {
                self.fault(path, Rule::OneOf(permitted.into_iter().map(shown).collect()));
            }
            return;
        }
        match value {
            Value::Object(members) => self.object(members, schema, path),
            Value::Array(items) => self.array(items, schema, path),
            Value::String(text) => self.string(text, schema, path),
            Value::Number(number) => self.number(number, schema, path),
            Value::Bool(_) | Value::Null => {}
        }
    }

    fn reference(&self, schema: &'a Value) -> Option<&'a Value> {
        let name = schema.get("$ref")?.as_str()?.strip_prefix("#/$defs/")?;
        self.definitions?.get(name)
    }

    /// The branches that accept the JSON type of `value`: one → its faults count; several → the value must satisfy one of
    /// them, else the faults of the branch with the fewest; none → the union's types are what was expected.
    fn union(&mut self, value: &Value, branches: &'a [Value], path: &str) {
        let fitting: Vec<&Value> = branches
            .iter()
            .map(|branch| self.resolve(branch))
            .filter(|branch| accepts(value, branch))
            .collect();
        let judged = fitting.iter().map(|branch| {
            let mut walk = Walk { definitions: self.definitions, strict: self.strict, faults: Vec::new() };
            walk.value(value, branch, path);
            walk.faults
        });
        let names =
            || fitting.iter().filter_map(|branch| permitted(branch)).flatten().map(shown).collect::<Vec<_>>();
        match judged.min_by_key(Vec::len) {
            Some(faults)
                if fitting.len() > 1
                    && faults
                        .iter()
                        .any(|fault| matches!(fault.rule, Rule::OneOf(_)) && fault.path == path) =>
            {
                self.fault(path, Rule::OneOf(names()));
            }
            Some(faults) => self.faults.extend(faults),
            None => {
                let expected = branches
                    .iter()
                    .map(|branch| self.resolve(branch))
                    .find_map(|branch| types(branch).next());
                self.fault(path, Rule::Type(expected.unwrap_or(JsonType::Object)));
            }
        }
    }

    fn resolve(&self, schema: &'a Value) -> &'a Value {
        self.reference(schema).unwrap_or(schema)
    }

    fn has_type(&mut self, value: &Value, schema: &Value, path: &str) -> bool {
        let fits = accepts(value, schema);
        if !fits && let Some(expected) = types(schema).next() {
            self.fault(path, Rule::Type(expected));
        }
        fits
    }

    fn object(&mut self, members: &Map<String, Value>, schema: &'a Value, path: &str) {
        let known = schema.get("properties").and_then(Value::as_object);
        for name in
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
        {
            if !members.contains_key(name) {
                self.fault(&below(path, name), Rule::Missing);
            }
        }
        let closed = schema.get("additionalProperties") == Some(&Value::Bool(false)) || known.is_some();
        let each = schema.get("additionalProperties").filter(|each| each.is_object());
        for (name, member) in members {
            match known.and_then(|properties| properties.get(name)) {
                Some(property) => self.value(member, property, &below(path, name)),
                None if self.is_full() => return,
                None if let Some(each) = each => self.value(member, each, &below(path, name)),
                None if closed && self.strict => self.fault(&below(path, name), Rule::Unknown),
                None => {}
            }
        }
    }

    fn array(&mut self, items: &[Value], schema: &'a Value, path: &str) {
        let count = items.len() as u64;
        if let Some(least) = limit(schema, "minItems").filter(|least| count < *least) {
            self.fault(path, Rule::MinItems(least));
        }
        if let Some(most) = limit(schema, "maxItems").filter(|most| count > *most) {
            return self.fault(path, Rule::MaxItems(most));
        }
        if let Some(item_schema) = schema.get("items") {
            for (index, item) in items.iter().enumerate() {
                self.value(item, item_schema, &below(path, &index.to_string()));
            }
        }
    }

    fn string(&mut self, text: &str, schema: &Value, path: &str) {
        let length = text.chars().count() as u64;
        if let Some(least) = limit(schema, "minLength").filter(|least| length < *least) {
            self.fault(path, Rule::MinLength(least));
        }
        if let Some(most) = limit(schema, "maxLength").filter(|most| length > *most) {
            self.fault(path, Rule::MaxLength(most));
        }
    }

    fn number(&mut self, number: &Number, schema: &Value, path: &str) {
        let of = |key| {
            schema.get(key).and_then(|bound| match bound {
                Value::Number(bound) => Some(bound.clone()),
                _ => None,
            })
        };
        let value = number.as_f64().unwrap_or(f64::INFINITY);
        if let Some(least) = of("minimum").filter(|least| least.as_f64().is_some_and(|least| value < least)) {
            self.fault(path, Rule::Minimum(whole(&least)));
        }
        if let Some(most) = of("maximum").filter(|most| most.as_f64().is_some_and(|most| value > most)) {
            self.fault(path, Rule::Maximum(whole(&most)));
        }
        if let Some(step) =
            of("multipleOf").filter(|step| step.as_f64().is_some_and(|step| !fits(value, step)))
        {
            self.fault(path, Rule::Other(format!("must be a multiple of {step}")));
        }
    }

    /// Whether more is known to be wrong than will be listed.
    fn is_full(&self) -> bool {
        self.faults.len() > MOST_FAULTS
    }

    fn fault(&mut self, path: &str, rule: Rule) {
        self.faults.push(Fault::new(path, rule));
    }
}

fn below(path: &str, name: &str) -> String {
    let name = name.char_indices().nth(LONGEST_NAME).map_or(name, |(end, _)| &name[..end]);
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn limit(schema: &Value, key: &str) -> Option<u64> {
    schema.get(key).and_then(Value::as_u64)
}

/// `1` rather than `1.0` where a bound is whole: schemars writes bounds of floats as floats.
fn whole(number: &Number) -> Number {
    match number.as_f64() {
        Some(value) if value.fract() == 0.0 && value.abs() < 9e15 => Number::from(value as i64),
        _ => number.clone(),
    }
}

/// Whether `value` is a multiple of `step`, as far as floats can tell.
fn fits(value: f64, step: f64) -> bool {
    let steps = value / step;
    (steps - steps.round()).abs() < 1e-3
}

fn permitted(schema: &Value) -> Option<Vec<&Value>> {
    match (schema.get("enum"), schema.get("const")) {
        (Some(Value::Array(values)), _) => Some(values.iter().filter(|value| !value.is_null()).collect()),
        (_, Some(value)) => Some(vec![value]),
        _ => None,
    }
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The JSON types a schema names; a schema of constants has the types of its constants.
fn types(schema: &Value) -> impl Iterator<Item = JsonType> {
    let named: Vec<&str> = match schema.get("type") {
        Some(Value::String(name)) => vec![name.as_str()],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => permitted(schema).into_iter().flatten().map(kind_of).collect(),
    };
    named.into_iter().filter_map(parse_type).collect::<Vec<_>>().into_iter()
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Object(_) => "object",
        Value::Array(_) => "array",
        Value::String(_) => "string",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::Bool(_) => "boolean",
        Value::Null => "null",
    }
}

fn parse_type(name: &str) -> Option<JsonType> {
    Some(match name {
        "object" => JsonType::Object,
        "array" => JsonType::Array,
        "string" => JsonType::String,
        "integer" => JsonType::Integer,
        "number" => JsonType::Number,
        "boolean" => JsonType::Boolean,
        _ => return None,
    })
}

fn accepts(value: &Value, schema: &Value) -> bool {
    let mut expected = types(schema).peekable();
    if expected.peek().is_none() {
        // Why not everything: the branch `null` of an optional field names a type and takes no value.
        return schema.get("type").is_none();
    }
    expected.any(|kind| match (value, kind) {
        (Value::Object(_), JsonType::Object)
        | (Value::Array(_), JsonType::Array)
        | (Value::String(_), JsonType::String)
        | (Value::Bool(_), JsonType::Boolean)
        | (Value::Number(_), JsonType::Number) => true,
        (Value::Number(number), JsonType::Integer) => !number.is_f64(),
        _ => false,
    })
}

#[cfg(test)]
mod tests;
