//! Reads the pictures of requests and of extractions in the background, and removes the data of deleted models. Safe to repeat and to
//! kill between any two lines: it works under a lease, and the answer, the state and the money are committed together or not at all.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{ApiError, Function, Platform, WorkerError};
use contract::resources::EXTRACT_WORKER;
use contract::{ErrorKind, wording};
use extracting::{Caller, Finished, blamed, check_settings, of_call, of_request};
use store::{ExtractMessage, ExtractionRecord, Outcome, Source};

/// Seconds of the function's timeout that are left for the commit.
const COMMIT_SECONDS: u32 = 60;
/// Outside Lambda nothing ends a worker: as long as a call may take there.
const PATIENCE: Duration = Duration::from_secs(2 * 3600);
/// Milliseconds after its last renewal from which on another worker may take an extraction: this one is surely gone.
const LEASE_MS: i64 = 5 * 60_000;
const RENEWED: Duration = Duration::from_secs(60);
/// After so long the rest of the rows of a deleted model is left to another message.
const PURGE: Duration = Duration::from_secs(600);

pub fn function() -> Function {
    Function::queue(EXTRACT_WORKER, handle).settings(check_settings)
}

async fn handle(platform: Arc<Platform>, body: String) -> Result<(), WorkerError> {
    match serde_json::from_str(&body).map_err(WorkerError::new)? {
        ExtractMessage::Read(id) => read(&platform, &id).await,
        ExtractMessage::Purge(generation) => purge(&platform, generation).await,
    }
}

async fn read(platform: &Arc<Platform>, id: &str) -> Result<(), WorkerError> {
    let extractions = platform.store.extractions();
    let lease = uuid::Uuid::new_v4().to_string();
    let time = if platform.config.in_lambda {
        Duration::from_secs((EXTRACT_WORKER.timeout_seconds - COMMIT_SECONDS).into())
    } else {
        PATIENCE
    };
    let now_ms = platform.now_ms();
    // Nothing to do: it has ended, or another worker is at it.
    let Some(extraction) = extractions.begin(id, &lease, now_ms, now_ms + LEASE_MS).await? else {
        return Ok(());
    };
    let deadline = Instant::now() + time;
    let outcome = tokio::select! {
        outcome = work(platform, extraction, &lease, deadline) => outcome,
        never = renewed(platform, id, &lease) => match never {},
    };
    if outcome.is_err() {
        extractions.give_back(id, &lease, platform.now_ms()).await?;
    }
    outcome
}

/// Renews the lease as long as it is ours. Afterwards the work goes on to its end, which then changes nothing.
async fn renewed(platform: &Platform, id: &str, lease: &str) -> Infallible {
    loop {
        tokio::time::sleep(RENEWED).await;
        let until_ms = platform.now_ms() + LEASE_MS;
        match platform.store.extractions().renew(id, lease, until_ms).await {
            Ok(true) => {}
            Ok(false) => return std::future::pending().await,
            Err(error) => tracing::warn!(extraction = id, %error, "lease not renewed; it is tried again"),
        }
    }
}

/// Fails only for faults that may pass; what is wrong with the picture ends the extraction.
async fn work(
    platform: &Arc<Platform>,
    mut extraction: ExtractionRecord,
    lease: &str,
    deadline: Instant,
) -> Result<(), WorkerError> {
    let extractions = platform.store.extractions();
    extraction.row = extractions.place(&extraction).await?;
    let outlives_model = extraction.of.is_some() && extraction.row.is_none();
    let caller = Caller { platform: platform.clone(), account: extraction.account.clone(), deadline };
    let (outcome, answer) = match finished(&caller, &extraction).await {
        Ok(Finished { answer, words, charge, images, model }) => {
            (Outcome::Done { answer: answer.clone(), words, charge, images, model }, Some(answer))
        }
        Err(error) if may_pass(error.kind) => {
            return Err(WorkerError::new(error.source.unwrap_or_else(|| error.message.into())));
        }
        Err(error) => (Outcome::Failed { sentence: sentence(error) }, None),
    };
    let won = extractions.end(&extraction, Some(lease), outcome, platform.now_ms()).await?;
    let results = platform.store.results();
    if let (false, None, Some(object)) = (won, &extraction.of, answer) {
        // Ended meanwhile: the loser leaves nothing behind.
        results.delete(&object).await?;
    }
    if let (true, Source::Object(object)) = (won, &extraction.source) {
        results.delete(object).await?;
    }
    if outlives_model {
        // It was accepted before the model was deleted and had no place among the rows that went with it.
        extractions.forget(&extraction.id).await?;
    }
    tracing::info!(extraction = extraction.id, account = extraction.account, won, "extraction worked");
    Ok(())
}

async fn finished(caller: &Caller, extraction: &ExtractionRecord) -> Result<Finished, ApiError> {
    let Some(of) = &extraction.of else { return of_call(caller, extraction).await };
    let model = caller.platform.store.extractions().model(&extraction.account, &of.model).await?;
    match model.filter(|model| model.generation == of.generation) {
        Some(model) => of_request(caller, extraction, &model).await,
        None => Err(ApiError::because(ErrorKind::ResourceNotFound, "The model was deleted.")),
    }
}

/// What the owner of a request reads.
fn sentence(error: ApiError) -> String {
    let error = blamed(error, "image");
    if error.faults.is_empty() { error.message } else { wording::sentence(&error.faults, wording::plain) }
}

/// Whether it may go well another time. A model that has answered and failed was asked as often as makes sense.
fn may_pass(kind: ErrorKind) -> bool {
    let is_final = matches!(kind, ErrorKind::DeadlineExceeded | ErrorKind::ModelFailed);
    kind.row().status >= 500 && !is_final
}

async fn purge(platform: &Platform, generation: String) -> Result<(), WorkerError> {
    let (until, store) = (Instant::now() + PURGE, &platform.store);
    while Instant::now() < until {
        let mut objects = Vec::new();
        let is_done =
            store.extractions().purge(&generation, platform.now_ms(), &mut |key| objects.push(key)).await?;
        for object in objects {
            store.results().delete(&object).await?;
        }
        if is_done {
            return Ok(());
        }
    }
    Ok(store.queues().send_extracts(&[ExtractMessage::Purge(generation)]).await?)
}
