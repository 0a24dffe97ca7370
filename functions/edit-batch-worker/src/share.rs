//! What of a process the batches of one account may take.

use common::{ApiError, Platform};
use contract::images::is_storage_uri;
use edit_batches::Entry;
use fetch::{Place, Places};

/// Pictures that are fetched from addresses, in all and of one account. Why three: a host gives four at a time, and the fourth is for those who
/// wait for an answer. Why twelve: the same of the sixteen that are fetched at all.
const FETCHED: (usize, usize) = (12, 3);
/// Objects of storages, in all and of one account: as many as are read at the same time.
const READ: (usize, usize) = (16, 8);
/// Folders that are listed, in all and of one account: a server may take minutes for one.
const LISTINGS: (usize, usize) = (4, 1);

/// One a process.
pub(crate) struct Share {
    fetched: Places,
    read: Places,
    pub(crate) listings: Places,
}

impl Share {
    pub(crate) fn load(_: &Platform) -> Result<Self, ApiError> {
        let places = |(in_all, of_one)| Places::new(in_all, of_one);
        Ok(Self { fetched: places(FETCHED), read: places(READ), listings: places(LISTINGS) })
    }

    /// Waits for a place for a picture of an account. It is taken before the picture's time begins to run.
    pub(crate) async fn enter(&self, account: &str, entry: &Entry) -> Place {
        let is_stored = entry.path.is_some() || is_storage_uri(&entry.source);
        let places = if is_stored { &self.read } else { &self.fetched };
        places.enter(account).await
    }
}
