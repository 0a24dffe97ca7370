//! What the tests of faults share: servers that lie, pictures that are none, raw bytes on the wire, tasks written past the
//! API, and looks behind the API at what is stored.

pub mod behind;
pub mod bits;
pub mod broken;
pub mod hostile;
pub mod log;
pub mod png;
pub mod urls;
pub mod wire;

use std::time::{Duration, Instant};

/// Looks every few milliseconds until it is so.
///
/// # Panics
/// It is not so within the limit.
pub async fn eventually(limit: Duration, what: &str, is_so: impl AsyncFn() -> bool) {
    let until = Instant::now() + limit;
    while !is_so().await {
        assert!(Instant::now() < until, "not within {limit:?}: {what}");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}
