//! Works on the shards of batch jobs. Safe to repeat and to kill between any two lines: it works under a lease, and a segment's
//! place, counters and money are committed together or not at all.

mod segment;

use std::sync::Arc;
use std::time::{Duration, Instant};

use batches::{Broken, Recipe, Segments, end};
use classifying::{Bulk, BulkRecipe, check_settings};
use common::{Function, Platform, WorkerError};
use contract::resources::BATCH_WORKER;
use store::{BatchMessage, Begun, JobPhase, JobRecord, Missed, ShardRecord};

use segment::{Pace, Step, Worker};

/// Milliseconds after the last checkpoint from which on another worker may take the shard: this one is surely gone.
pub(crate) const LEASE_MS: i64 = 5 * 60_000;
/// After so long a shard is put back into the queue: a worker must end before its function's time does.
const WORK: Duration = Duration::from_secs(600);

const REPLACED: &str = "The upload was replaced or deleted after the start. What was done before is kept.";
const GZIP: &str = "The upload is a gzip file that is damaged or cut off. What was done before is kept.";
const TOO_LARGE: &str = "The upload unpacks to over 5 GB. What was done before is kept.";
const NO_CREDITS: &str = "The balance or the key's spend cap does not cover the rest. What was done is kept; start the job \
                          again to go on.";
const UNREADABLE: &str = "Over 99 of 100 lines failed, a million in one part of the file: is it one JSON object a line? What was done \
                          is kept.";

pub fn function() -> Function {
    Function::queue(BATCH_WORKER, handle).settings(check_settings)
}

/// How far a worker came with a shard.
enum Outcome {
    Done,
    /// There is more to do, and no more time.
    More,
    /// The job is to stop, or the shard is another's.
    Stop,
    /// The job cannot go on.
    Fail(&'static str),
}

async fn handle(platform: Arc<Platform>, body: String) -> Result<(), WorkerError> {
    let message: BatchMessage = serde_json::from_str(&body).map_err(WorkerError::new)?;
    let Some(number) = message.shard else {
        return Ok(end(&platform, &message.account, &message.job).await?);
    };
    let jobs = platform.store.jobs();
    let Some(job) = jobs.find(&message.account, &message.job).await? else { return Ok(()) };
    let is_known = job.input.as_ref().is_some_and(|input| number < input.shards);
    if job.phase != JobPhase::Processing || !is_known {
        return Ok(end(&platform, &job.account, &job.id).await?);
    }
    let lease = uuid::Uuid::new_v4().to_string();
    let now_ms = platform.now_ms();
    let Begun::Ours(shard) = jobs.begin(&job, number, &lease, (now_ms, now_ms + LEASE_MS)).await? else {
        // It may be the last one, whose worker died before the end of the job.
        return Ok(end(&platform, &job.account, &job.id).await?);
    };
    let outcome = work(&platform, &job, shard, &lease).await;
    if !matches!(outcome, Ok(Outcome::Done)) {
        jobs.give_back(&job, number, &lease).await?;
    }
    match outcome? {
        Outcome::More => {
            platform.store.queues().send_batches(&[message]).await?;
            return Ok(());
        }
        Outcome::Fail(reason) => {
            tracing::warn!(job = job.id, account = job.account, shard = number, reason, "batch job stops");
            jobs.fail(&job, reason).await?;
        }
        Outcome::Done | Outcome::Stop => {}
    }
    Ok(end(&platform, &job.account, &job.id).await?)
}

/// Fails only for faults that may pass.
async fn work(
    platform: &Arc<Platform>,
    job: &JobRecord,
    shard: ShardRecord,
    lease: &str,
) -> Result<Outcome, WorkerError> {
    let recipe = Recipe::load(&platform.store, &job.id).await?;
    let answer_bytes = recipe.answer_bytes();
    let Recipe { definition, fits, threshold, classifier, mode, priority } = recipe;
    let bulk = Bulk::new(platform, BulkRecipe { definition, fits, threshold, classifier, mode, priority })?;
    let mut pace = Pace::of(answer_bytes, bulk.is_hosted());
    let Some(mut segments) = Segments::open(&platform.store, job, &shard) else {
        return Err(WorkerError::new("a job that was never started has messages"));
    };
    let cap = cap(platform, job).await?;
    let mut worker = Worker { platform, job, shard, lease, bulk, cap };
    let begun = Instant::now();
    while begun.elapsed() < WORK {
        let segment = match segments.next(pace.lines()).await {
            Ok(segment) => segment,
            Err(Broken::Missed(Missed::Gone | Missed::Replaced)) => return Ok(Outcome::Fail(REPLACED)),
            Err(Broken::Gzip) => return Ok(Outcome::Fail(GZIP)),
            Err(Broken::TooLarge) => return Ok(Outcome::Fail(TOO_LARGE)),
            Err(Broken::Store(error)) => return Err(error.into()),
        };
        let (started, lines) = (Instant::now(), segment.lines.len());
        match worker.step(segment).await? {
            Step::Next => {}
            Step::Last => return Ok(Outcome::Done),
            Step::Stop => return Ok(Outcome::Stop),
            Step::NoCredits => return Ok(Outcome::Fail(NO_CREDITS)),
            Step::Unreadable => return Ok(Outcome::Fail(UNREADABLE)),
        }
        pace.learn(lines, started.elapsed());
    }
    Ok(Outcome::More)
}

/// What the key that started the job may spend in a month.
async fn cap(platform: &Platform, job: &JobRecord) -> Result<Option<contract::Credits>, WorkerError> {
    let Some(hold) = &job.hold else { return Ok(None) };
    let key = platform.store.keys().find(&job.account, &hold.key_id).await?;
    Ok(key.and_then(|key| key.spend_cap))
}
