//! What a process has once: store, clock, config, caches.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use store::Store;
use tokio::sync::Notify;

use crate::cache::Cache;
use crate::ceiling::Ceiling;
use crate::clock::Clock;
use crate::files::FileKeys;
use crate::key_cache::KeyCache;
use crate::recorder::Recorder;
use crate::tiers::Tiers;
use crate::windows::LastWindows;
use crate::{ApiError, Config};

pub struct Platform {
    pub config: Config,
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub file_keys: FileKeys,
    pub keys: KeyCache,
    pub(crate) ceiling: Ceiling,
    pub tiers: Tiers,
    pub(crate) responses: Cache,
    pub(crate) windows: LastWindows,
    pub recorder: Recorder,
    /// Rung when a task of this process has ended, so that a waiting call looks at once.
    pub task_ended: Notify,
    shared: Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

impl Platform {
    pub fn new(config: Config, store: Store, clock: Arc<dyn Clock>, file_keys: FileKeys) -> Self {
        let recorder = if config.in_lambda { Recorder::inline() } else { Recorder::batched() };
        Self {
            config,
            store,
            clock,
            file_keys,
            keys: KeyCache::default(),
            ceiling: Ceiling::default(),
            tiers: Tiers::default(),
            responses: Cache::default(),
            windows: LastWindows::default(),
            recorder,
            task_ended: Notify::new(),
            shared: Mutex::default(),
        }
    }

    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    /// Gives the process its one `T` before anything loads it.
    pub fn provide<T: Send + Sync + 'static>(&self, value: T) {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.insert(TypeId::of::<T>(), Arc::new(value));
    }

    /// The process's one `T`, loaded at its first use and shared by all functions in the process.
    pub fn shared<T: Send + Sync + 'static>(
        &self,
        load: fn(&Platform) -> Result<T, ApiError>,
    ) -> Result<Arc<T>, ApiError> {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = shared.get(&TypeId::of::<T>()).cloned().and_then(|any| any.downcast().ok()) {
            return Ok(found);
        }
        let loaded = Arc::new(load(self)?);
        shared.insert(TypeId::of::<T>(), loaded.clone());
        Ok(loaded)
    }
}

impl fmt::Debug for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Platform").field("config", &self.config).finish_non_exhaustive()
    }
}
