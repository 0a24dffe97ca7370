//! What of a process the batches of one account may take.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use common::{ApiError, Platform};
use contract::images::is_storage_uri;
use edit_batches::Entry;
use fetch::{Place, Places};

/// Pictures that are fetched from addresses, in all and of one account. Why three: a host gives four at a time, and the fourth is for those who
/// wait for an answer. Why twelve: the same of the sixteen that are fetched at all.
const FETCHED: (usize, usize) = (12, 3);
/// Objects of storages, in all and of one account: as many as are read at the same time.
const READ: (usize, usize) = (16, 8);
/// Chunks of one account, of as many as the queue's workers take.
const CHUNKS: usize = 4;

/// One a process.
pub(crate) struct Share {
    fetched: Places,
    read: Places,
    chunks: Mutex<HashMap<String, usize>>,
}

/// One of the chunks of an account, until it is dropped.
pub(crate) struct ChunkPlace {
    share: Arc<Share>,
    account: String,
}

impl Share {
    pub(crate) fn load(_: &Platform) -> Result<Self, ApiError> {
        let places = |(in_all, of_one)| Places::new(in_all, of_one);
        Ok(Self { fetched: places(FETCHED), read: places(READ), chunks: Mutex::default() })
    }

    /// Waits for a place for a picture of an account. It is taken before the picture's time begins to run.
    pub(crate) async fn enter(&self, account: &str, entry: &Entry) -> Place {
        let is_stored = entry.path.is_some() || is_storage_uri(&entry.source);
        let places = if is_stored { &self.read } else { &self.fetched };
        places.enter(account).await
    }

    /// A place for a chunk of an account. `None`: it has as many as it may have.
    pub(crate) fn begin(self: &Arc<Self>, account: &str) -> Option<ChunkPlace> {
        let mut chunks = self.chunks.lock().unwrap_or_else(PoisonError::into_inner);
        let count = chunks.entry(account.to_owned()).or_default();
        if *count >= CHUNKS {
            return None;
        }
        *count += 1;
        Some(ChunkPlace { share: self.clone(), account: account.to_owned() })
    }
}

impl Drop for ChunkPlace {
    fn drop(&mut self) {
        let mut chunks = self.share.chunks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = chunks.get_mut(&self.account) {
            *count -= 1;
            if *count == 0 {
                chunks.remove(&self.account);
            }
        }
    }
}
