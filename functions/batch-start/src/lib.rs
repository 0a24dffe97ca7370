//! Starts a job: looks at the upload, estimates its price from a sample, holds that, and sends its shards to the workers.

mod sample;

use std::sync::Arc;

use batches::{Places, Recipe, ShardBytes, divide, find};
use classifying::check_settings;
use common::{ApiError, Commit, Cx, Function, Hit, Plan, Platform, Quote, Request, Response};
use contract::classification::{JobRef, JobState, JobStatus};
use contract::endpoints::BATCH_START;
use contract::limits::MAX_BATCH_UPLOAD;
use contract::price::{PRICES, Prices};
use contract::{Credits, ErrorKind};
use futures::future::BoxFuture;
use store::{BatchMessage, Guard, Input, JobPhase, JobRecord, TransactionError};

/// A job that may start, and what it will take.
struct Ready {
    job: JobRecord,
    input: Input,
    price: Credits,
}

pub fn function() -> Function {
    Function::planned(BATCH_START, plan, quote, handle).settings(check_settings)
}

/// What stands against the start is kept for later: a call that is sent again under its Idempotency-Key finds a job that has
/// started, and is to be given the first answer.
async fn plan(cx: Cx, req: Request<JobRef>) -> Result<Plan<Result<Ready, ApiError>>, ApiError> {
    Ok(Plan { work: ready(&cx, &req.job_id).await, cache: None })
}

async fn ready(cx: &Cx, id: &str) -> Result<Ready, ApiError> {
    let job = find(cx, id).await?;
    if !matches!(job.phase, JobPhase::Pending | JobPhase::Failed) {
        return Err(ApiError::new(ErrorKind::JobState));
    }
    if cx.store.jobs().active(&job.account).await?.is_some() {
        return Err(ApiError::new(ErrorKind::BatchConcurrencyLimit));
    }
    let key = Places(&job.id).input();
    let (bytes, etag) = cx.store.batch_files().head(&key).await?.unwrap_or_default();
    if bytes == 0 || bytes > MAX_BATCH_UPLOAD {
        return Err(ApiError::new(ErrorKind::UploadMissing));
    }
    may_go_on(&job, &etag)?;
    let recipe = Recipe::load(&cx.store, &job.id).await?;
    let (sample, gzip) = sample::take(&cx.platform, &key, (&etag, bytes), recipe).await?;
    let (lines, tokens) = sample.scaled(bytes);
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let (shard_bytes, shards) = match &job.input {
        // What is done of a shard counts only where the shards are the same.
        Some(input) => (input.shard_bytes, input.shards),
        None => {
            let fixed = *cx.platform.shared(|_| Ok(ShardBytes::default()))?;
            let (each, shards) = divide(bytes, gzip, job.priority, fixed);
            (number(each), shards)
        }
    };
    // Work begun at one price goes on at it.
    let per_million = job.input.as_ref().map_or(PRICES.tokens_async, |input| input.price);
    let left = tokens.saturating_sub(u64::try_from(job.tokens).unwrap_or(0)).max(1);
    let input = Input {
        etag,
        bytes: number(bytes),
        gzip,
        shard_bytes,
        shards,
        lines: number(lines),
        tokens: number(tokens),
        price: per_million,
    };
    Ok(Ready { job, input, price: Prices::of_tokens(per_million, left) })
}

/// A failed job goes on with the file it had.
fn may_go_on(job: &JobRecord, etag: &str) -> Result<(), ApiError> {
    let Some(input) = &job.input else { return Ok(()) };
    let sentence = if input.etag != etag {
        "The upload was replaced after the start. Make another job."
    } else if job.shards_done >= i64::from(input.shards) {
        "Every line of the file has been worked on. Make another job."
    } else {
        return Ok(());
    };
    Err(ApiError::because(ErrorKind::JobState, sentence))
}

/// The estimate. Tokens are not counted against the limits of single calls.
fn quote<'a>(
    _: &'a Arc<Platform>,
    ready: &'a Result<Ready, ApiError>,
    _: &'a [Option<Hit>],
) -> BoxFuture<'a, Result<Quote, ApiError>> {
    Box::pin(async move {
        let Ok(ready) = ready else { return Ok(Quote::default()) };
        let model = Some(ready.job.priority.model().to_owned());
        Ok(Quote { price: ready.price, tokens: 0, model, images: 0 })
    })
}

async fn handle(cx: Cx, req: Request<Result<Ready, ApiError>>) -> Result<Response<JobState>, ApiError> {
    let Ready { job, input, .. } = req.data?;
    let hold = cx.hold.clone().ok_or_else(|| ApiError::internal("a job came without its hold"))?;
    let answer = JobState { job_id: job.id.clone(), status: JobStatus::Processing };
    let (store, account, id) = (cx.store.clone(), job.account.clone(), job.id.clone());
    let send = async move {
        let sent = match store.jobs().find(&account, &id).await {
            Ok(Some(job)) => messages(&store, &job).await,
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = sent {
            tracing::warn!(job = id, %error, "messages not sent; the sweep will");
        }
    };
    let now_ms = cx.now_ms();
    let commit = Commit::default()
        .hand_over()
        .write(move |store, all| store.jobs().start(all, &job, &input, &hold, now_ms))
        .or(refused)
        .then(send);
    Ok(Response::from(answer).commit(commit))
}

async fn messages(store: &store::Store, job: &JobRecord) -> Result<(), store::StoreError> {
    let messages: Vec<BatchMessage> = store.jobs().messages(job, i64::MAX).await?;
    store.queues().send_batches(&messages).await
}

fn refused(error: &TransactionError) -> Option<ApiError> {
    if error.refused_by(Guard::Job).is_some() {
        return Some(ApiError::new(ErrorKind::JobState));
    }
    error.refused_by(Guard::Active).map(|_| ApiError::new(ErrorKind::BatchConcurrencyLimit))
}
