//! The interface as OpenAPI 3.1: one operation for each route, under the first of its prefixes.

mod components;
mod errors;
mod operation;
mod parameters;

pub use errors::{body as error_body, of_route as errors_of};

use anyhow::{Result, bail};
use contract::endpoints::ROUTES;
use contract::{Family, Route};
use serde_json::{Map, Value, json};

use components::Components;

const DESCRIPTION: &str = "Images edited over HTTP, synchronously or in the background.\n\n\
    Send `Authorization: Bearer atl_live_...`. Every answer carries `X-Request-ID`. A failed call is never charged. \
    `null` means absent. Limits and prices in force: `GET /v1/limits`.";

/// The whole document.
///
/// # Errors
/// When two types share a name, or an operation has no first path.
pub fn document() -> Result<Value> {
    let mut components = Components::default();
    let mut paths: Map<String, Value> = Map::new();
    for route in ROUTES {
        let prefix = route.family.prefixes()[0];
        let others = route.also.iter().map(|path| (*path, true));
        for (path, is_other) in std::iter::once((route.path, false)).chain(others) {
            let item = paths.entry(format!("{prefix}{path}")).or_insert_with(|| json!({}));
            let methods =
                std::iter::once((route.method.name(), is_other)).chain(route.head.then_some(("HEAD", true)));
            for (method, is_variant) in methods {
                let mut operation = operation::operation(route, method, &mut components)?;
                if is_variant {
                    let tail = if is_other { path.rsplit('/').next().unwrap_or_default() } else { "head" };
                    operation["operationId"] = json!(format!("{}-{tail}", route.name));
                }
                if item
                    .as_object_mut()
                    .and_then(|item| item.insert(method.to_ascii_lowercase(), operation))
                    .is_some()
                {
                    bail!("two routes for {method} {prefix}{path}");
                }
            }
        }
    }
    Ok(json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Atelier", "version": env!("CARGO_PKG_VERSION"), "summary": "A self-hosted AI compute API",
            "description": DESCRIPTION, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "Where this document was read from"}],
        "tags": tags(),
        "paths": paths,
        "components": components.into_value(),
    }))
}

/// The operation of a route in [`document`].
pub fn operation_of<'a>(route: &Route, document: &'a Value) -> &'a Value {
    let path = format!("{}{}", route.family.prefixes()[0], route.path);
    &document["paths"][&path][route.method.name().to_ascii_lowercase()]
}

/// Title of a family in the docs.
pub fn title(family: Family) -> &'static str {
    match family {
        Family::Images => "Images",
        Family::Classification => "Account",
        Family::Extraction => "Extraction",
        Family::Requests => "Requests",
        Family::Platform => "Service",
    }
}

/// What stands under a family's title.
pub fn about(family: Family) -> &'static str {
    match family {
        Family::Images => {
            "Pictures edited by a list of operations. The routes answer under `/v1-beta1` and `/v1`."
        }
        Family::Classification => "Keys, balance and the ledger.",
        Family::Extraction => "Data read out of pictures and documents.",
        Family::Requests => "Stored extraction requests.",
        Family::Platform => "Files, limits, health and this documentation.",
    }
}

/// Families that have routes, in the order of the docs.
pub fn families() -> Vec<Family> {
    Family::ALL.into_iter().filter(|family| ROUTES.iter().any(|route| route.family == *family)).collect()
}

fn tags() -> Vec<Value> {
    families()
        .into_iter()
        .map(|family| json!({"name": title(family), "description": about(family)}))
        .collect()
}
