//! The end of a job: what its shards have done becomes one file of results and one of errors, then its state and its money.

use bytes::Bytes;
use common::Platform;
use contract::limits::{MAX_ERRORS_BYTES, MAX_LISTED_FAULTS};
use store::{BatchMessage, Ending, JobPhase, JobRecord, Listed, ShardRecord, Store, StoreError, Totals};

use crate::output::Fault;
use crate::places::numbers;
use crate::{Places, tell};

/// Milliseconds after which another worker may bring a job to its end: this one is surely gone.
const LEASE_MS: i64 = 15 * 60_000;

const NOTHING_VALID: &str = "The file has no valid line. Nothing was charged.";

/// Asks for a look whether a job can be brought to its end.
pub async fn wake(store: &Store, account: &str, job: &str) -> Result<(), StoreError> {
    let message = BatchMessage { account: account.to_owned(), job: job.to_owned(), shard: None, start: None };
    store.queues().send_batches(&[message]).await
}

/// Brings a job to its end where nothing more is to be waited for: every shard is done, or the job is to stop and nobody works on
/// one any more. Whoever comes second finds nothing to do but to tell of an end that nobody was told.
pub async fn end(platform: &Platform, account: &str, id: &str) -> Result<(), StoreError> {
    let store = &platform.store;
    let Some(job) = store.jobs().find(account, id).await? else { return Ok(()) };
    if job.untold {
        return tell(platform, &job).await;
    }
    let now_ms = platform.now_ms();
    let is_stopping = matches!(job.phase, JobPhase::Cancelling | JobPhase::Failing);
    let is_done = job.input.as_ref().is_some_and(|input| job.shards_done >= i64::from(input.shards));
    let is_complete = is_done && job.phase == JobPhase::Processing;
    if !is_stopping && !is_complete {
        return Ok(());
    }
    let shards = store.jobs().shards(id).await?;
    if is_stopping && shards.iter().any(|shard| !shard.done && shard.lease_until_ms > now_ms) {
        // Who works on it comes here when its segment is settled, or the sweep when its lease has ended.
        return Ok(());
    }
    let lease = uuid::Uuid::new_v4().to_string();
    let Some(job) = store.jobs().claim(&job, &lease, (now_ms, now_ms + LEASE_MS)).await? else {
        return Ok(());
    };
    match gather(platform, &job, &lease).await {
        Ok(()) => Ok(()),
        Err(error) => {
            store.jobs().unclaim(&job, &lease).await?;
            Err(error)
        }
    }
}

async fn gather(platform: &Platform, job: &JobRecord, lease: &str) -> Result<(), StoreError> {
    let store = &platform.store;
    // Read again: now that the job is claimed they do not change any more.
    let shards = store.jobs().shards(&job.id).await?;
    let gathered = store.jobs().gather(job, lease, &shards).await?;
    let places = Places(&job.id);
    let results = settled(store.batch_files().list(&places.parts()).await?, &shards);
    let results_bytes = store.batch_files().join(&results, &places.results()).await?;
    let faults = settled(store.batch_files().list(&places.fault_parts()).await?, &shards);
    let errors = errors(store, &faults, &shards).await?;
    let errors_bytes = errors.len();
    if errors_bytes > 0 {
        store.batch_files().put(&places.errors(), Bytes::from(errors)).await?;
    }
    let totals = Totals::of(&shards);
    let has_nothing = totals.completed == totals.failed;
    let (phase, error) = match job.phase {
        JobPhase::Cancelling => (JobPhase::Cancelled, None),
        JobPhase::Failing => (JobPhase::Failed, None),
        _ if has_nothing => (JobPhase::Failed, Some(NOTHING_VALID.to_owned())),
        _ => (JobPhase::Completed, None),
    };
    let ending = Ending {
        phase,
        error,
        results_bytes: i64::try_from(results_bytes).unwrap_or(i64::MAX),
        errors_bytes: i64::try_from(errors_bytes).unwrap_or(i64::MAX),
    };
    let reserve = job.reserve + gathered;
    if !store.jobs().end(job, lease, reserve, &ending, platform.now_ms()).await? {
        return Err(StoreError::Unavailable("a job was ended by another".into()));
    }
    if let Some(ended) = store.jobs().find(&job.account, &job.id).await? {
        tell(platform, &ended).await?;
    }
    let is_over = job.input.as_ref().is_none_or(|input| totals.done >= i64::from(input.shards));
    if phase != JobPhase::Failed || is_over {
        // A job that failed halfway may go on from them; what a crash leaves here expires with the results.
        store.batch_files().delete_all(&places.parts()).await?;
        store.batch_files().delete_all(&places.fault_parts()).await?;
    }
    Ok(())
}

/// The parts of segments that count: a worker that died between part and settlement leaves one that does not.
fn settled(mut parts: Vec<Listed>, shards: &[ShardRecord]) -> Vec<Listed> {
    parts.retain(|part| {
        let place = numbers(&part.key);
        place.is_some_and(|(number, segment)| {
            let shard = shards.binary_search_by_key(&number, |shard| shard.number);
            shard.is_ok_and(|place| segment < shards[place].segments)
        })
    });
    parts
}

/// The errors file: failed lines, numbered within the file. Where a shard before is not done, its lines that nobody has counted
/// are not among those numbers.
async fn errors(store: &Store, parts: &[Listed], shards: &[ShardRecord]) -> Result<Vec<u8>, StoreError> {
    let (mut all, mut count) = (Vec::new(), 0);
    for part in parts {
        let Some((number, _)) = numbers(&part.key) else { continue };
        let before: i64 =
            shards.iter().take_while(|shard| shard.number < number).map(|shard| shard.lines).sum();
        let bytes = store.batch_files().get(&part.key).await?;
        for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let broken = |_| StoreError::malformed("a failed line of a job");
            let mut fault: Fault = serde_json::from_slice(line).map_err(broken)?;
            fault.line += before;
            serde_json::to_writer(&mut all, &fault).map_err(broken)?;
            all.push(b'\n');
            count += 1;
            if count >= MAX_LISTED_FAULTS || all.len() >= MAX_ERRORS_BYTES {
                return Ok(all);
            }
        }
    }
    Ok(all)
}
