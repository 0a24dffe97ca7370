//! Schemas and responses that several operations share, each under one name.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use serde_json::{Map, Value, json};

#[derive(Debug, Default)]
pub struct Components {
    schemas: BTreeMap<String, Value>,
    responses: BTreeMap<String, Value>,
}

impl Components {
    /// Takes a schema as `schemars` writes it, stores its definitions and itself, and gives the schema to stand in its place:
    /// a reference, or the schema itself where it has no title or is a list.
    ///
    /// # Errors
    /// When another schema has the same name.
    pub fn schema(&mut self, mut schema: Value) -> Result<Value> {
        let members = schema.as_object_mut();
        let (title, definitions) = members.map_or((None, None), |members| {
            members.remove("$schema");
            (members.remove("title"), members.remove("$defs"))
        });
        for (name, mut definition) in
            definitions.and_then(|definitions| definitions.as_object().cloned()).unwrap_or_default()
        {
            tidy(&mut definition);
            self.insert(&name, definition)?;
        }
        tidy(&mut schema);
        let name = title
            .as_ref()
            .and_then(Value::as_str)
            .filter(|_| schema["type"] != "array" && schema["type"] != "null");
        let Some(name) = name else { return Ok(schema) };
        self.insert(name, schema)?;
        Ok(reference("schemas", name))
    }

    /// Stores a schema under a name of its own.
    ///
    /// # Errors
    /// When another schema has the same name.
    pub fn insert(&mut self, name: &str, schema: Value) -> Result<Value> {
        if let Some(known) = self.schemas.insert(name.to_owned(), schema.clone())
            && known != schema
        {
            bail!("two schemas are called {name}");
        }
        Ok(reference("schemas", name))
    }

    /// Stores a response; one that differs from what the name already stands for is given a number.
    pub fn response(&mut self, name: &str, response: Value) -> Value {
        let numbered =
            (1..).map(|number| if number == 1 { name.to_owned() } else { format!("{name}_{number}") });
        for name in numbered {
            match self.responses.get(&name) {
                Some(known) if *known != response => {}
                _ => {
                    self.responses.insert(name.clone(), response);
                    return reference("responses", &name);
                }
            }
        }
        response
    }

    pub fn into_value(self) -> Value {
        json!({
            "schemas": self.schemas,
            "responses": self.responses,
            "headers": headers(),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "A key of your account: `atl_live_` and 32 characters."},
            },
        })
    }
}

pub fn reference(kind: &str, name: &str) -> Value {
    json!({"$ref": format!("#/components/{kind}/{name}")})
}

/// Moves references from where `schemars` keeps definitions to where OpenAPI does, and drops what says nothing to a client:
/// formats of Rust's integers, and defaults of `null`.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::String(target)) = members.get_mut("$ref") {
                *target = target.replace("#/$defs/", "#/components/schemas/");
            }
            let is_rust = |format: &Value| {
                format.as_str().is_some_and(|format| format.starts_with("uint") || format == "double")
            };
            if members.get("format").is_some_and(is_rust) {
                members.remove("format");
            }
            if members.get("default").is_some_and(Value::is_null) {
                members.remove("default");
            }
            members.values_mut().for_each(tidy);
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}

fn headers() -> Map<String, Value> {
    let header = |name: &str, description: &str, schema: Value| {
        (name.to_owned(), json!({"description": description, "schema": schema}))
    };
    let integer = json!({"type": "integer"});
    let text = json!({"type": "string"});
    Map::from_iter([
        header(
            "RequestId",
            "Id of the call and of its log row.",
            json!({"type": "string", "format": "uuid"}),
        ),
        header(
            "RetryAfter",
            "Seconds to wait before the next try.",
            json!({"type": "integer", "minimum": 0}),
        ),
        header(
            "RateLimit",
            "The limit of the window in force, then every window: `120, 120;w=60, 4;w=1`.",
            text,
        ),
        header("RateRemaining", "Calls left in the window in force; -1 when it is exceeded.", integer),
        header(
            "RateReset",
            "Seconds until the window in force ends.",
            json!({"type": "integer", "minimum": 0}),
        ),
        header(
            "Replayed",
            "`true` where this is the kept answer of an earlier call with the same `Idempotency-Key`.",
            json!({"type": "string", "enum": ["true"]}),
        ),
        header("Location", "Where the bytes are.", json!({"type": "string", "format": "uri"})),
    ])
}
