//! Looked-up keys, kept for a minute, so that most calls read no key. A revoked key therefore answers 401 within 60
//! seconds everywhere.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use store::{KeyRecord, Secret, Store, StoreError};

const KNOWN_MS: i64 = 60_000;
/// The last use of a key is written at most this often.
const USED_EVERY_MS: i64 = 600_000;
const UNKNOWN_MS: i64 = 5_000;
/// Entries; beyond it the whole cache starts anew, which bounds what a flood of wrong keys can take.
const MOST: usize = 20_000;

#[derive(Debug, Default)]
pub struct KeyCache {
    entries: Mutex<HashMap<String, Entry>>,
    /// When this process last wrote that a key was used.
    used: Mutex<HashMap<String, i64>>,
}

#[derive(Debug, Clone)]
struct Entry {
    key: Option<Arc<KeyRecord>>,
    until_ms: i64,
}

impl KeyCache {
    /// The key of a secret, from memory or from the store.
    pub async fn find(
        &self,
        store: &Store,
        secret: &Secret,
        now_ms: i64,
    ) -> Result<Option<Arc<KeyRecord>>, StoreError> {
        let hash = secret.hash();
        if let Some(entry) = self.lock().get(&hash).filter(|entry| now_ms < entry.until_ms) {
            return Ok(entry.key.clone());
        }
        let key = store.keys().find_by_secret(secret).await?.map(Arc::new);
        let until_ms = now_ms + if key.is_some() { KNOWN_MS } else { UNKNOWN_MS };
        let mut entries = self.lock();
        if entries.len() >= MOST {
            entries.clear();
        }
        entries.insert(hash, Entry { key: key.clone(), until_ms });
        Ok(key)
    }

    /// Forgets a key that was changed in this process, so that the change is seen at once here.
    pub fn forget(&self, key_id: &str) {
        self.lock().retain(|_, entry| entry.key.as_ref().is_some_and(|key| key.id != key_id));
    }

    /// Whether it is time to write that a key was used.
    pub fn used(&self, key_id: &str, now_ms: i64) -> bool {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if used.get(key_id).is_some_and(|at| now_ms - at < USED_EVERY_MS) {
            return false;
        }
        if used.len() >= MOST {
            used.clear();
        }
        used.insert(key_id.to_owned(), now_ms);
        true
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
