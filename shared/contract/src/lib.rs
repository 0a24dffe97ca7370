//! The API as data: routes, request and response types, errors, prices and limits.
//! Everything generated (template, OpenAPI, router, README table) and every test that loops over endpoints reads this.

pub mod classification;
pub mod clock;
pub mod cors;
mod credits;
mod endpoint;
pub mod endpoints;
mod error;
pub mod extraction;
mod family;
pub mod fault;
pub mod images;
pub mod limits;
pub mod platform;
pub mod price;
pub mod resources;
pub mod routing;
mod scope;
pub mod settings;
pub mod tasks;
pub mod uri;
pub mod validate;
pub mod wording;

pub use credits::{Credits, MAX_CREDITS};
pub use endpoint::{Endpoint, Input, Method, Nothing, Raw, Route, Size};
pub use error::{ERRORS, ErrorKind, ErrorRow};
pub use family::Family;
pub use fault::{Check, Fault, JsonType, Rule};
pub use scope::Scope;
