//! The models of a process, what labels came to, and whose turn it is.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use common::{ApiError, CacheKey, Platform};
use contract::ErrorKind;
use contract::settings::WrongSetting;
use hosted::{Hosted, HostedConfig, HostedError, Stage, Wire};
use language::{Language, LanguageError, Models, OwnEncoder, Prepared};
use models::Folder;
use tokio::sync::{OnceCell, Semaphore};

use crate::encoder;
use crate::eyes::{Eyes, Sight};

/// Bytes of prepared labels kept; beyond it all are prepared anew.
const MOST_PREPARED: usize = 64 * 1024 * 1024;
/// Seconds after which models that were not there may be.
const RETRY_AFTER: u64 = 30;
/// Seconds after which a hosted model that did not answer may.
const HOSTED_RETRY_AFTER: u64 = 10;

/// Loaded at the first call that needs it.
pub struct Engine {
    hosted: Option<Hosted>,
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
    /// With the hosted model that the environment names, where it names one. Costs nothing yet.
    pub fn new(_: &Platform) -> Result<Self, ApiError> {
        let config = HostedConfig::from_env().map_err(ApiError::internal)?;
        Self::with(config.map(connect).transpose()?)
    }

    /// With this hosted model, or with none.
    pub fn with(hosted: Option<Hosted>) -> Result<Self, ApiError> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads =
            contract::settings::THREADS.value().and_then(|count| count.parse().ok()).unwrap_or(cores);
        let turns = Arc::new(Semaphore::new(threads.max(1)));
        Ok(Self {
            hosted,
            language: OnceCell::new(),
            prepared: Mutex::default(),
            eyes: Eyes::default(),
            turns,
            threads,
        })
    }

    /// The model that works for `standard`, unless the local ones do.
    pub(crate) fn hosted(&self) -> Option<&Hosted> {
        self.hosted.as_ref()
    }

    async fn language(&self) -> Result<Arc<Language>, ApiError> {
        let threads = self.threads;
        let load = || async move {
            let own = encoder::files().await?;
            tokio::task::spawn_blocking(move || open(own, threads))
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

/// Whether the settings of the hosted model and of the operator's encoder are such as can be used.
pub fn check_settings() -> Result<(), WrongSetting> {
    encoder::check()?;
    HostedConfig::from_env().map(drop)
}

fn connect(config: HostedConfig) -> Result<Hosted, ApiError> {
    let connected = match config.wire {
        Wire::Bedrock => {
            hosted_bedrock::connect(config, &common::aws_from_environment().map_err(ApiError::internal)?)
        }
        _ => Hosted::over_http(config),
    };
    connected.map_err(ApiError::internal)
}

fn open(own: Option<OwnEncoder>, threads: usize) -> Result<Language, ApiError> {
    let folder = Folder::from_env().map_err(unavailable)?;
    let models = Models::named(|name| folder.file(name).map_err(unavailable))?;
    Language::load(&Models { own, ..models }, threads).map_err(failed)
}

pub(crate) fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> ApiError {
    ApiError::new(ErrorKind::ModelUnavailable).retry_after(RETRY_AFTER).with_source(error)
}

/// What a failure of the models means to a client.
pub(crate) fn failed(error: LanguageError) -> ApiError {
    match error {
        LanguageError::Deadline => ApiError::new(ErrorKind::DeadlineExceeded),
        LanguageError::Run(_) => ApiError::new(ErrorKind::ModelFailed).with_source(error),
        LanguageError::Labels(_) => ApiError::internal(error),
        _ => unavailable(error),
    }
}

/// What a failure of the hosted model means to a client.
pub(crate) fn refusal(error: HostedError) -> ApiError {
    let alone = |seconds: u64| ApiError::new(ErrorKind::ModelUnavailable).retry_after(seconds);
    let refusal = match &error {
        HostedError::Unavailable { retry_after, .. } => {
            let wait = |wait: &Duration| wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0));
            alone(retry_after.as_ref().map_or(HOSTED_RETRY_AFTER, wait).max(1))
        }
        HostedError::Timeout(Stage::Deadline) => ApiError::new(ErrorKind::DeadlineExceeded),
        HostedError::Timeout(_) => alone(HOSTED_RETRY_AFTER),
        HostedError::Failed { .. } | HostedError::Unsuitable(_) => ApiError::new(ErrorKind::ModelFailed),
    };
    refusal.with_source(error)
}

/// Refuses to go on after the deadline: what nobody waits for any more must not keep others waiting.
pub(crate) fn in_time(deadline: Instant) -> Result<(), ApiError> {
    if Instant::now() < deadline { Ok(()) } else { Err(ApiError::new(ErrorKind::DeadlineExceeded)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_keep_their_meaning_and_a_wait_is_rounded_up() {
        let wait = HostedError::Unavailable {
            reason: "status 429".into(),
            retry_after: Some(Duration::from_millis(1500)),
            cause: None,
        };
        let refused = refusal(wait);
        assert_eq!(refused.kind, ErrorKind::ModelUnavailable);
        assert_eq!(refused.headers["retry-after"], "2");
        for (error, kind) in [
            (HostedError::Failed { reason: "x".into(), cause: None }, ErrorKind::ModelFailed),
            (HostedError::Timeout(Stage::Total), ErrorKind::ModelUnavailable),
            (HostedError::Timeout(Stage::Deadline), ErrorKind::DeadlineExceeded),
        ] {
            assert_eq!(refusal(error).kind, kind);
        }
    }
}
