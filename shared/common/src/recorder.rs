//! Log rows and usage counters. In a Lambda they are written before the answer, since nothing runs after it. In a server
//! rows of calls that only read, and all counters, are written in batches: at most a second of them is lost by a crash.

use std::sync::{Mutex, PoisonError};

use store::{CallRow, Store, StoreError};

#[derive(Debug)]
pub struct Recorder {
    batched: bool,
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    rows: Vec<CallRow>,
    /// Rows that are written and not counted yet.
    counts: Vec<CallRow>,
}

/// Rows kept in memory at most; what comes beyond it while the store does not answer is dropped.
const MOST: usize = 100_000;

impl Recorder {
    pub fn inline() -> Self {
        Self { batched: false, waiting: Mutex::default() }
    }

    pub fn batched() -> Self {
        Self { batched: true, waiting: Mutex::default() }
    }

    /// Keeps a row. `at_once`: it is written before this returns.
    pub async fn record(&self, store: &Store, row: CallRow, at_once: bool) -> Result<(), StoreError> {
        let rows = std::slice::from_ref(&row);
        if !self.batched {
            let (logs, usage) = (store.logs(), store.usage());
            return tokio::try_join!(logs.write(rows), usage.count(rows)).map(drop);
        }
        if at_once {
            store.logs().write(rows).await?;
        }
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let list = if at_once { &mut waiting.counts } else { &mut waiting.rows };
        if list.len() < MOST {
            list.push(row);
        }
        Ok(())
    }

    /// Writes what waits. A server calls this every second and before it ends.
    pub async fn flush(&self, store: &Store) -> Result<(), StoreError> {
        let waiting = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        let Waiting { rows, mut counts } = waiting;
        store.logs().write(&rows).await?;
        counts.extend(rows);
        store.usage().count(&counts).await
    }
}
