//! The client: limits of time, repeats and the breaker around a provider.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::breaker::{Breaker, Pass};
use crate::prompt::MAX_OUTPUT_TOKENS;
use crate::{Answer, Attempt, Cause, HostedConfig, HostedError, HttpProvider, Prompt, Stage, retry};

/// Tokens of an answer that takes no longer to write than to begin.
const SHORT_ANSWER: u32 = 256;

/// What carries a prompt to a model and its answer back: over HTTP, or by the SDK of AWS.
#[async_trait]
pub trait Provider: Send + Sync {
    /// One attempt. It has no limit of time of its own and ends where it is dropped; its answer is bounded.
    async fn attempt(&self, prompt: &Prompt) -> Result<Answer, Attempt>;
}

/// A hosted model. Clones share connections, places and the breaker: one a process.
#[derive(Clone)]
pub struct Hosted {
    inner: Arc<Inner>,
}

struct Inner {
    config: HostedConfig,
    provider: Box<dyn Provider>,
    breaker: Breaker,
    places: Semaphore,
    /// Set once the model answered without probabilities though they were asked for.
    votes: AtomicBool,
    /// Set once a short answer came back empty, at its limit: the model thinks, and needs room for it.
    thinks: AtomicBool,
}

impl Hosted {
    /// A client over HTTP. Fails where `SSL_CERT_FILE` cannot be read. Bedrock has a provider in a crate of its own.
    pub fn over_http(config: HostedConfig) -> Result<Self, Cause> {
        Ok(Self::new(config.clone(), HttpProvider::new(config)?))
    }

    /// A client on any provider.
    pub fn new(config: HostedConfig, provider: impl Provider + 'static) -> Self {
        let inner = Inner {
            breaker: Breaker::new(config.open),
            places: Semaphore::new(config.at_once.max(1)),
            votes: AtomicBool::new(false),
            thinks: AtomicBool::new(false),
            provider: Box::new(provider),
            config,
        };
        Self { inner: Arc::new(inner) }
    }

    /// What it was made with.
    pub fn config(&self) -> &HostedConfig {
        &self.inner.config
    }

    pub(crate) fn votes(&self) -> &AtomicBool {
        &self.inner.votes
    }

    pub(crate) fn thinks(&self) -> &AtomicBool {
        &self.inner.thinks
    }

    /// Asks, and asks again where that may help: after 408, 429, 5xx, a lost connection or an attempt that took too long. Ends by
    /// `deadline` and by the configuration's total, whichever is earlier. Dropping the future ends the connection.
    pub async fn complete(
        &self,
        prompt: &Prompt,
        deadline: Option<std::time::Instant>,
    ) -> Result<Answer, HostedError> {
        let total = self.inner.patient(self.inner.config.total, prompt);
        self.complete_by(prompt, end(total, deadline)).await
    }

    /// When everything that a call begins now must be over, all of whose answers are short.
    pub(crate) fn end(&self, deadline: Option<std::time::Instant>) -> End {
        end(self.inner.config.total, deadline)
    }

    /// As [`Self::complete`], for one of several questions of a call.
    pub(crate) async fn complete_by(&self, prompt: &Prompt, end: End) -> Result<Answer, HostedError> {
        let work = self.inner.repeated(prompt, end.at);
        timeout_at(end.at, work).await.unwrap_or(Err(HostedError::Timeout(end.stage)))
    }
}

fn end(total: Duration, deadline: Option<std::time::Instant>) -> End {
    let total = Instant::now() + total;
    match deadline.map(Instant::from_std) {
        Some(deadline) if deadline < total => End { at: deadline, stage: Stage::Deadline },
        _ => End { at: total, stage: Stage::Total },
    }
}

/// A limit of time and whose it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct End {
    at: Instant,
    stage: Stage,
}

impl Inner {
    /// A limit of time as it is for the answer to this prompt.
    fn patient(&self, limit: Duration, prompt: &Prompt) -> Duration {
        let times = if prompt.max_tokens > SHORT_ANSWER { self.config.patience } else { 1 };
        limit.saturating_mul(times.max(1))
    }

    async fn repeated(&self, prompt: &Prompt, end: Instant) -> Result<Answer, HostedError> {
        let capped = (prompt.max_tokens > MAX_OUTPUT_TOKENS)
            .then(|| Prompt { max_tokens: MAX_OUTPUT_TOKENS, ..prompt.clone() });
        let prompt = capped.as_ref().unwrap_or(prompt);
        let mut repeat = 0;
        loop {
            let (failure, outcome) = match self.once(prompt, end).await? {
                (Ok(answer), outcome) => {
                    outcome.count();
                    return Ok(answer);
                }
                (Err(failure), outcome) => (failure, outcome),
            };
            // At the end of all time it is the caller of this that says which limit it was.
            if Instant::now() >= end {
                outcome.count();
                return std::future::pending().await;
            }
            if repeat >= self.config.repeats || !failure.is_passing() {
                outcome.count();
                return Err(failure.into());
            }
            let wait = retry::wait(&self.config, repeat, failure.retry_after(), &mut rand::rng());
            // Nobody is helped by a wait after which there is no time to ask.
            if Instant::now() + wait >= end {
                outcome.count();
                return Err(failure.into());
            }
            tracing::info!(?failure, ?wait, "hosted model: an attempt failed and is repeated");
            sleep(wait).await;
            repeat += 1;
        }
    }

    /// One attempt, if the breaker lets it through; its own failure within, the breaker's outside. What it says of the model counts only for
    /// the last attempt of a question, or a single call that fails could open the breaker for all.
    async fn once(
        &self,
        prompt: &Prompt,
        end: Instant,
    ) -> Result<(Result<Answer, Attempt>, Outcome), HostedError> {
        let place = self.places.acquire().await;
        let _place = place.map_err(|error| left_alone(Duration::ZERO, Some(error.into())))?;
        let begun = Instant::now();
        let pass = self.breaker.enter(begun).map_err(|open| left_alone(open, None))?;
        let limit = self.patient(self.config.attempt, prompt).min(end.saturating_duration_since(begun));
        match timeout(limit, self.provider.attempt(prompt)).await {
            Ok(result) => {
                let failed = result.as_ref().is_err_and(Attempt::is_outage);
                Ok((result, Outcome(Some((pass, failed)))))
            }
            Err(_) => {
                // A caller who had hardly any time left has learned nothing about the model.
                let counts = limit * 2 >= self.config.attempt;
                Ok((Err(Attempt::TooLong), Outcome(counts.then_some((pass, true)))))
            }
        }
    }
}

/// What an attempt says of the model; nothing, unless it is counted.
struct Outcome(Option<(Pass, bool)>);

impl Outcome {
    fn count(self) {
        if let Some((pass, failed)) = self.0 {
            pass.end(failed, Instant::now());
        }
    }
}

fn left_alone(open: Duration, cause: Option<Cause>) -> HostedError {
    HostedError::Unavailable {
        reason: "it failed too often of late".to_owned(),
        retry_after: Some(open),
        cause,
    }
}
