//! Tiers of accounts, kept for a minute.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use contract::limits::TierLimits;
use store::{Store, StoreError, accounts};

const KNOWN_MS: i64 = 60_000;
/// Accounts; beyond it the memory starts anew.
const MOST: usize = 20_000;

#[derive(Debug, Default)]
pub struct Tiers {
    known: Mutex<HashMap<String, (TierLimits, i64)>>,
}

impl Tiers {
    /// The limits of an account, from memory or from the store.
    pub async fn of(&self, store: &Store, account: &str, now_ms: i64) -> Result<TierLimits, StoreError> {
        let known = self.lock().get(account).copied();
        if let Some((limits, _)) = known.filter(|(_, until_ms)| now_ms < *until_ms) {
            return Ok(limits);
        }
        let limits = accounts::limits(store, account).await?;
        let mut known = self.lock();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(account.to_owned(), (limits, now_ms + KNOWN_MS));
        Ok(limits)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, (TierLimits, i64)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
