//! The API as data: routes, request and response types, errors, prices and limits.
//! Everything generated (template, OpenAPI, router, README table) and every test that loops over endpoints reads this.

pub mod fault;

pub use fault::{Check, Fault, JsonType, Rule};
