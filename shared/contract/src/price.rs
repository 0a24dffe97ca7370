//! The price table. A change of any figure is a new version; work is charged at the version of its first hold.

use schemars::JsonSchema;
use serde::Serialize;

use crate::Credits;

/// Prices in force, as `GET /v1/limits` prints them.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Prices {
    pub version: u32,
    /// Credits for one image edit, whatever operations it asks for.
    pub image_edit: Credits,
}

pub const PRICES: Prices = Prices { version: 1, image_edit: Credits::whole(1) };
