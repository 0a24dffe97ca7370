//! How many fetches run at once, in all and to one host.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Hosts kept before those without a fetch are forgotten.
const SWEEP_AT: usize = 256;

/// First come, first served, in both counts.
#[derive(Debug)]
pub struct Places {
    all: Arc<Semaphore>,
    hosts: Mutex<HashMap<String, Arc<Semaphore>>>,
    per_host: usize,
}

/// One of the downloads at once, in all and from its host, until it is dropped.
#[derive(Debug)]
pub struct Place(Vec<OwnedSemaphorePermit>);

impl Place {
    /// Keeps another as long as this one.
    pub(crate) fn with(mut self, other: Option<Place>) -> Self {
        self.0.extend(other.into_iter().flat_map(|other| other.0));
        self
    }
}

impl Places {
    /// The most that there can be in all.
    pub const MOST: usize = Semaphore::MAX_PERMITS;

    /// So many in all, and of these so many of one host or of whatever else a name stands for.
    pub fn new(at_once: usize, per_host: usize) -> Self {
        Self { all: Arc::new(Semaphore::new(at_once)), hosts: Mutex::default(), per_host }
    }

    /// Waits for a place with `host`, then for one in all: who queues for a busy host takes nothing from the others.
    pub async fn enter(&self, host: &str) -> Place {
        let host = acquire(self.host(host)).await;
        let all = acquire(Arc::clone(&self.all)).await;
        Place(vec![host, all])
    }

    /// A place where one is free now.
    pub fn try_enter(&self, host: &str) -> Option<Place> {
        let host = self.host(host).try_acquire_owned().ok()?;
        let all = Arc::clone(&self.all).try_acquire_owned().ok()?;
        Some(Place(vec![host, all]))
    }

    fn host(&self, host: &str) -> Arc<Semaphore> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() >= SWEEP_AT {
            // Permits and waiters hold the semaphore too, so one that only the map holds is idle.
            hosts.retain(|_, semaphore| Arc::strong_count(semaphore) > 1);
        }
        let fresh = || Arc::new(Semaphore::new(self.per_host));
        Arc::clone(hosts.entry(host.to_owned()).or_insert_with(fresh))
    }
}

async fn acquire(semaphore: Arc<Semaphore>) -> OwnedSemaphorePermit {
    semaphore.acquire_owned().await.expect("these semaphores are never closed")
}
