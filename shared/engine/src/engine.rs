//! The models of a process, what labels came to, and whose turn it is.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use common::{ApiError, CacheKey, Platform};
use contract::ErrorKind;
use contract::settings::WrongSetting;
use hosted::{Hosted, HostedConfig, HostedError, Media, Picture, Stage, Wire};
use imaging::Rgb;
use language::{Language, LanguageError, Models, OwnEncoder, Prepared};
use models::Folder;
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore};
use vision::Line;

use crate::encoder;
use crate::eyes::{self, Eyes, Sight};

/// Bytes of prepared labels kept; beyond it all are prepared anew.
const MOST_PREPARED: usize = 64 * 1024 * 1024;
/// Pixels of a picture that a hosted model is shown: providers scale down to about as many, and a page can still be read.
pub const MAX_SHOWN_PIXELS: u64 = 1_500_000;
const SHOWN_QUALITY: u8 = 85;
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
    /// Of long work; one less than there are turns, so that short calls find one.
    long_turns: Arc<Semaphore>,
    gates: Mutex<HashMap<String, Weak<Semaphore>>>,
    threads: usize,
}

/// The right to do long work, until it is dropped.
pub struct LongTurn {
    _turn: OwnedSemaphorePermit,
    _gate: OwnedSemaphorePermit,
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
        let long_turns = Arc::new(Semaphore::new(threads.saturating_sub(1).max(1)));
        Ok(Self {
            hosted,
            language: OnceCell::new(),
            prepared: Mutex::default(),
            eyes: Eyes::default(),
            turns,
            long_turns,
            gates: Mutex::default(),
            threads,
        })
    }

    /// The model that works for `standard`, unless the local ones do.
    pub fn hosted(&self) -> Option<&Hosted> {
        self.hosted.as_ref()
    }

    /// Texts of one call or job that are worked on at the same time.
    pub fn threads(&self) -> usize {
        self.threads.max(1)
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

    /// Loads the models that read texts, where they are not loaded.
    pub async fn load(&self) -> Result<(), ApiError> {
        self.language().await.map(drop)
    }

    /// Runs `work` beside the calls of others, when it is its turn.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Language) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let language = self.language().await?;
        self.turn(move || work(&language)).await
    }

    /// Waits until long work of an account may begin. Each account has one such work at a time in a process, and they take turns: many long
    /// calls of one account keep others waiting no longer than one of them.
    pub async fn long(&self, account: &str) -> Result<LongTurn, ApiError> {
        let gate = self.gate(account).acquire_owned().await.map_err(ApiError::internal)?;
        let turn = self.long_turns.clone().acquire_owned().await.map_err(ApiError::internal)?;
        Ok(LongTurn { _turn: turn, _gate: gate })
    }

    fn gate(&self, account: &str) -> Arc<Semaphore> {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(gate) = gates.get(account).and_then(Weak::upgrade) {
            return gate;
        }
        gates.retain(|_, gate| gate.strong_count() > 0);
        let gate = Arc::new(Semaphore::new(1));
        gates.insert(account.to_owned(), Arc::downgrade(&gate));
        gate
    }

    /// The models that look at pictures.
    pub async fn sight(&self) -> Result<Sight, ApiError> {
        self.eyes.open(self.threads).await
    }

    /// All lines of a picture in the order of reading, when it is the turn of the account.
    pub async fn read(&self, account: &str, picture: Rgb, deadline: Instant) -> Result<Vec<Line>, ApiError> {
        let ocr = self.eyes.ocr(self.threads).await?;
        let _turn = self.long(account).await?;
        self.turn(move || {
            in_time(deadline)?;
            eyes::lines(&ocr, &picture, deadline)
        })
        .await
    }

    /// Runs `work` when it is its turn, whatever it works with.
    pub async fn turn<T: Send + 'static>(
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
    pub fn prepared(
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

pub fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> ApiError {
    ApiError::new(ErrorKind::ModelUnavailable).retry_after(RETRY_AFTER).with_source(error)
}

/// What a failure of the models means to a client.
pub fn failed(error: LanguageError) -> ApiError {
    match error {
        LanguageError::Deadline => ApiError::new(ErrorKind::DeadlineExceeded),
        LanguageError::Run(_) => ApiError::new(ErrorKind::ModelFailed).with_source(error),
        LanguageError::Labels(_) => ApiError::internal(error),
        _ => unavailable(error),
    }
}

/// A picture as a hosted model is shown it.
pub fn jpeg(picture: Rgb) -> Result<Picture, ApiError> {
    let bytes = picture.into_jpeg(SHOWN_QUALITY).map_err(ApiError::internal)?;
    Ok(Picture { media: Media::Jpeg, bytes: bytes.into() })
}

/// What a failure of the hosted model means to a client.
pub fn refusal(error: HostedError) -> ApiError {
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
pub fn in_time(deadline: Instant) -> Result<(), ApiError> {
    if Instant::now() < deadline { Ok(()) } else { Err(ApiError::new(ErrorKind::DeadlineExceeded)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn long_works_of_one_account_keep_another_waiting_for_one_of_them_alone() {
        let engine =
            Arc::new(Engine { long_turns: Arc::new(Semaphore::new(1)), ..Engine::with(None).unwrap() });
        let first = engine.long("many").await.unwrap();
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut waiting = Vec::new();
        for account in ["many", "many", "other"] {
            let (engine, order) = (engine.clone(), order.clone());
            waiting.push(tokio::spawn(async move {
                let turn = engine.long(account).await.unwrap();
                order.lock().unwrap().push(account);
                tokio::task::yield_now().await;
                drop(turn);
            }));
            tokio::task::yield_now().await;
        }
        drop(first);
        for waiting in waiting {
            waiting.await.unwrap();
        }
        assert_eq!(*order.lock().unwrap(), ["other", "many", "many"]);
        engine.long("third").await.unwrap();
        assert_eq!(engine.gates.lock().unwrap().len(), 1, "gates that nobody waits at are forgotten");
    }

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
