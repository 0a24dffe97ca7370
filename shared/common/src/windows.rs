//! Rate windows as this process saw them last, for the headers of calls that take nothing of them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use store::Windows;

/// Scopes of one minute; beyond it the memory starts anew.
const MOST: usize = 20_000;

#[derive(Debug, Default)]
pub(crate) struct LastWindows {
    minute: Mutex<(i64, HashMap<String, Windows>)>,
}

impl LastWindows {
    pub fn keep(&self, scope: &str, windows: &Windows, now_ms: i64) {
        let mut minute = self.lock();
        let number = now_ms.div_euclid(60_000);
        if minute.0 != number || minute.1.len() >= MOST {
            *minute = (number, HashMap::new());
        }
        minute.1.insert(scope.to_owned(), *windows);
    }

    pub fn find(&self, scope: &str, now_ms: i64) -> Option<Windows> {
        let minute = self.lock();
        let found = minute.1.get(scope).filter(|_| minute.0 == now_ms.div_euclid(60_000)).copied();
        found.map(|windows| Windows { ends_in: Windows::left_of(60, now_ms), ..windows })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, (i64, HashMap<String, Windows>)> {
        self.minute.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
