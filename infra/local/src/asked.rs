//! Requests of the command line, judged by the rules of the route that does the same.

use contract::validate::{typed, validate};
use contract::wording::{pydantic_v1, sentence};
use contract::{Check, Route};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The request, or what is wrong with it in one sentence. `value`: without nulls.
pub fn asked<T: DeserializeOwned + Check>(value: Value, route: &Route) -> Result<T, String> {
    let faults = validate(&value, &(route.request_schema)(), true);
    let request = if faults.is_empty() { typed(value) } else { Err(faults) };
    request.map_err(|faults| sentence(&faults, pydantic_v1))
}
