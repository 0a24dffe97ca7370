//! A ceiling of calls a minute kept in the process, so that calls which cost no store access are no way to flood.
//! Approximate across processes.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Callers counted at once; beyond it the minute starts anew.
const MOST: usize = 100_000;

#[derive(Debug, Default)]
pub struct Ceiling {
    minute: Mutex<Minute>,
}

#[derive(Debug, Default)]
struct Minute {
    number: i64,
    counts: HashMap<String, u32>,
}

impl Ceiling {
    /// Counts a call; `false` where the caller is over `most` in this minute.
    pub fn admit(&self, caller: &str, most: u32, now_ms: i64) -> bool {
        let mut minute = self.minute.lock().unwrap_or_else(PoisonError::into_inner);
        let number = now_ms.div_euclid(60_000);
        if minute.number != number || minute.counts.len() >= MOST {
            *minute = Minute { number, counts: HashMap::new() };
        }
        match minute.counts.get_mut(caller) {
            Some(count) => {
                *count = count.saturating_add(1);
                *count <= most
            }
            None => {
                minute.counts.insert(caller.to_owned(), 1);
                most > 0
            }
        }
    }
}
