//! The models of a process, what labels came to, and whose turn it is.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use common::{ApiError, CacheKey, Platform};
use contract::ErrorKind;
use language::{Language, LanguageError, Models, Prepared};
use models::Folder;
use tokio::sync::{OnceCell, Semaphore};

use crate::eyes::{Eyes, Sight};

/// Bytes of prepared labels kept; beyond it all are prepared anew.
const MOST_PREPARED: usize = 64 * 1024 * 1024;
/// Seconds after which models that were not there may be.
const RETRY_AFTER: u64 = 30;

/// Loaded at the first call that needs it.
pub struct Engine {
    language: OnceCell<Arc<Language>>,
    prepared: Mutex<Kept>,
    eyes: Eyes,
    turns: Arc<Semaphore>,
    threads: usize,
}

#[derive(Default)]
struct Kept {
    labels: HashMap<CacheKey, Arc<Prepared>>,
    bytes: usize,
}

impl Engine {
    /// Costs nothing yet.
    pub fn new(_: &Platform) -> Result<Self, ApiError> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads =
            contract::settings::THREADS.value().and_then(|count| count.parse().ok()).unwrap_or(cores);
        let turns = Arc::new(Semaphore::new(threads.max(1)));
        Ok(Self {
            language: OnceCell::new(),
            prepared: Mutex::default(),
            eyes: Eyes::default(),
            turns,
            threads,
        })
    }

    async fn language(&self) -> Result<Arc<Language>, ApiError> {
        let threads = self.threads;
        let load = || async move {
            tokio::task::spawn_blocking(move || open(threads))
                .await
                .map_err(ApiError::internal)?
                .map(Arc::new)
        };
        self.language.get_or_try_init(load).await.cloned()
    }

    /// Runs `work` beside the calls of others, when it is its turn.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Language) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let language = self.language().await?;
        self.turn(move || work(&language)).await
    }

    /// The models that look at pictures.
    pub(crate) async fn sight(&self) -> Result<Sight, ApiError> {
        self.eyes.open(self.threads).await
    }

    /// Runs `work` when it is its turn, whatever it works with.
    pub(crate) async fn turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let turn = self.turns.clone().acquire_owned().await.map_err(ApiError::internal)?;
        let run = move || {
            let done = work();
            // Why here: a call that is given up goes on until its next look at the clock, and has its turn so long.
            drop(turn);
            done
        };
        tokio::task::spawn_blocking(run).await.map_err(ApiError::internal)?
    }

    /// What labels came to, from memory or made now.
    pub(crate) fn prepared(
        &self,
        key: CacheKey,
        make: impl FnOnce() -> Result<Prepared, LanguageError>,
    ) -> Result<Arc<Prepared>, ApiError> {
        if let Some(known) = self.kept().labels.get(&key) {
            return Ok(known.clone());
        }
        let prepared = Arc::new(make().map_err(failed)?);
        let mut kept = self.kept();
        if kept.bytes + prepared.bytes() > MOST_PREPARED {
            *kept = Kept::default();
        }
        if kept.labels.insert(key, prepared.clone()).is_none() {
            kept.bytes += prepared.bytes();
        }
        Ok(prepared)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn open(threads: usize) -> Result<Language, ApiError> {
    let folder = Folder::from_env().map_err(unavailable)?;
    let models = Models::named(|name| folder.file(name).map_err(unavailable))?;
    Language::load(&models, threads).map_err(failed)
}

pub(crate) fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> ApiError {
    ApiError::new(ErrorKind::ModelUnavailable).retry_after(RETRY_AFTER).with_source(error)
}

/// What a failure of the models means to a client.
pub(crate) fn failed(error: LanguageError) -> ApiError {
    match error {
        LanguageError::Run(_) => ApiError::new(ErrorKind::ModelFailed).with_source(error),
        LanguageError::Labels(_) => ApiError::internal(error),
        _ => unavailable(error),
    }
}

/// Refuses to go on after the deadline: what nobody waits for any more must not keep others waiting.
pub(crate) fn in_time(deadline: Instant) -> Result<(), ApiError> {
    if Instant::now() < deadline { Ok(()) } else { Err(ApiError::new(ErrorKind::DeadlineExceeded)) }
}
