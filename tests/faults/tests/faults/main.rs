//! Kills, repeats, bad input, hostile URLs.

mod batches;
mod cancel;
mod deaths;
mod deliveries;
mod idempotency;
mod kills;
mod panics;
mod pictures;
mod poison;
mod races;
mod servers;
mod shares;
mod starts;
mod sweep;
mod urls;
mod wire;

use serde_json::{Value, json};

/// A request for a small edit of this input.
fn edit(input: &str) -> Value {
    json!({"input": input, "operations": {"resizing": {"width": 24}}})
}
