//! Answers that may be given again: under which key, a memory in front of the store, and one call at a time of equal ones.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use ring::digest::{SHA256, digest};
use serde::Serialize;
use tokio::sync::{Mutex as Queue, OwnedMutexGuard};

use crate::ApiError;

/// SHA-256 of what a piece of an answer follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CacheKey([u8; 32]);

impl CacheKey {
    /// Of the JSON of `parts`, whose maps must be in an order of their own.
    pub fn of(parts: &impl Serialize) -> Result<Self, ApiError> {
        let text = serde_json::to_vec(parts).map_err(ApiError::internal)?;
        let mut key = [0; 32];
        key.copy_from_slice(digest(&SHA256, &text).as_ref());
        Ok(Self(key))
    }

    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// What an earlier call was answered.
#[derive(Debug, Clone)]
pub struct Hit {
    pub value: Arc<str>,
    pub at_ms: i64,
}

/// Bytes of values and keys kept in memory; beyond it the memory starts anew.
const MOST_BYTES: usize = 32 * 1024 * 1024;
/// Calls that equal ones may wait for, before the list of them is cleaned.
const MOST_FLIGHTS: usize = 10_000;

/// The memory of one process.
#[derive(Debug, Default)]
pub struct Cache {
    memory: Mutex<Memory>,
    flights: Mutex<HashMap<String, Weak<Queue<()>>>>,
}

#[derive(Debug, Default)]
struct Memory {
    hits: HashMap<String, Hit>,
    bytes: usize,
}

impl Cache {
    /// What is kept under `name`, if it is younger than `since_ms`.
    pub(crate) fn get(&self, name: &str, since_ms: i64) -> Option<Hit> {
        self.memory().hits.get(name).filter(|hit| hit.at_ms > since_ms).cloned()
    }

    pub(crate) fn put(&self, name: String, hit: Hit) {
        let mut memory = self.memory();
        let bytes = name.len() + hit.value.len();
        if memory.bytes + bytes > MOST_BYTES {
            *memory = Memory::default();
        }
        memory.bytes += bytes;
        if let Some(old) = memory.hits.insert(name.clone(), hit) {
            memory.bytes -= name.len() + old.value.len();
        }
    }

    /// Waits until no other call of this process works on `name`. What they wrote can be looked up then.
    pub(crate) async fn join(&self, name: &str) -> OwnedMutexGuard<()> {
        let flight = {
            let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
            if flights.len() >= MOST_FLIGHTS {
                flights.retain(|_, flight| flight.strong_count() > 0);
            }
            match flights.get(name).and_then(Weak::upgrade) {
                Some(flight) => flight,
                None => {
                    let flight = Arc::new(Queue::new(()));
                    flights.insert(name.to_owned(), Arc::downgrade(&flight));
                    flight
                }
            }
        };
        flight.lock_owned().await
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hit(at_ms: i64) -> Hit {
        Hit { value: "x".into(), at_ms }
    }

    #[test]
    fn what_is_too_old_is_no_hit_and_memory_is_bounded() {
        let cache = Cache::default();
        cache.put("a".into(), hit(10));
        assert!(cache.get("a", 9).is_some() && cache.get("a", 10).is_none() && cache.get("b", 0).is_none());
        let large: Arc<str> = "y".repeat(1 << 20).into();
        for n in 0..40 {
            cache.put(n.to_string(), Hit { value: large.clone(), at_ms: 1 });
        }
        assert!(cache.memory().bytes <= MOST_BYTES && cache.memory().hits.len() < 40);
        cache.put("39".into(), hit(1));
        let bytes = cache.memory().hits.iter().map(|(name, hit)| name.len() + hit.value.len()).sum::<usize>();
        assert_eq!(cache.memory().bytes, bytes);
    }

    #[tokio::test]
    async fn equal_calls_wait_for_each_other_and_others_do_not() {
        let cache = Arc::new(Cache::default());
        let first = cache.join("a").await;
        let other = cache.clone();
        let second = tokio::spawn(async move { other.join("a").await });
        cache.join("b").await;
        tokio::task::yield_now().await;
        assert!(!second.is_finished());
        drop(first);
        second.await.expect("the second goes on");
    }
}
