//! A chunk: held for, edited picture by picture, settled.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use common::{ApiError, Platform, WorkerError};
use contract::wording::{pydantic_v1, sentence};
use contract::{Credits, ErrorKind};
use edit_batches::{Chunk, Entry, advance, begin, entries, failed};
use futures::{StreamExt, stream};
use store::{ChunkHold, EditBatchPhase, EditBatchRecord};
use tokio::time::timeout;

use crate::desk::Desk;

/// Milliseconds after the last checkpoint from which on another worker may take the chunk: this one is surely gone.
const LEASE_MS: i64 = 5 * 60_000;
/// After so long a chunk is put back into the queue: a worker must end before its function's time does.
const WORK: Duration = Duration::from_secs(600);
/// Pictures of a chunk that are read, edited or written at the same time.
const AT_ONCE: usize = 4;
/// Between two checkpoints, and between two looks whether the batch was cancelled.
const KEEP: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_secs(2);
/// Begun more often than this, a picture that fails for a reason on our side fails for good; and the whole chunk.
const PATIENCE: i64 = 3;
const MOST_ATTEMPTS: i64 = 20;

const OUR_FAULT: &str = "The edit failed several times for a reason on our side. Nothing was charged.";
const NO_CREDITS: &str = "The balance or the key's spend cap does not cover this edit. Nothing was charged.";

/// How far a worker came with a chunk.
enum Outcome {
    Ended,
    /// There is more to do, and no more time.
    More,
    /// It is another's by now, or nothing may be begun any more.
    Left,
}

pub(crate) async fn work(
    platform: &Platform,
    batch: &EditBatchRecord,
    number: u32,
) -> Result<(), WorkerError> {
    let Some(mut chunk) = begin(platform, batch, number, LEASE_MS).await? else { return Ok(()) };
    match run(&mut chunk).await {
        Ok(Outcome::Ended) => Ok(chunk.end().await?),
        Ok(Outcome::Left) => {
            chunk.give_back().await?;
            Ok(advance(platform, batch.id).await?)
        }
        Ok(Outcome::More) => {
            chunk.give_back().await?;
            Ok(platform.store.queues().send_edit_chunks(&[batch.message(Some(number))], 0).await?)
        }
        Err(error) => {
            chunk.give_back().await?;
            Err(error)
        }
    }
}

/// Fails only for faults that may pass.
async fn run(chunk: &mut Chunk<'_>) -> Result<Outcome, WorkerError> {
    let (platform, batch) = (chunk.platform, chunk.batch);
    if batch.phase == EditBatchPhase::Cancelling {
        // What was done before is kept and charged.
        return Ok(if chunk.record.hold.is_some() { Outcome::Ended } else { Outcome::Left });
    }
    let items = entries(&platform.store, batch, chunk.record.number).await?;
    let count = u32::try_from(items.len()).unwrap_or(u32::MAX);
    let cap = cap(platform, batch).await?;
    let held = platform.store.edit_batches();
    let held = held.hold(batch, &chunk.record, &chunk.lease, count, (cap, platform.now_ms())).await?;
    let ChunkHold::Held { hold, items: paid } = held else { return Ok(Outcome::Left) };
    chunk.record.hold = hold;
    let (paid, unpaid) = items.split_at(items.len().min(paid as usize));
    for (index, entry) in unpaid {
        fail(chunk, *index, entry, NO_CREDITS);
    }
    if chunk.record.attempts > MOST_ATTEMPTS {
        for (index, entry) in paid {
            fail(chunk, *index, entry, OUR_FAULT);
        }
        return Ok(Outcome::Ended);
    }
    match Desk::open(platform, batch).await {
        Ok(desk) => edit(chunk, &desk, paid).await,
        Err(error) => {
            let said = said(chunk, error)?;
            for (index, entry) in paid {
                fail(chunk, *index, entry, &said);
            }
            Ok(Outcome::Ended)
        }
    }
}

async fn edit(
    chunk: &mut Chunk<'_>,
    desk: &Desk<'_>,
    items: &[(u64, Entry)],
) -> Result<Outcome, WorkerError> {
    let left: Vec<_> = items.iter().filter(|(index, _)| !chunk.lines.contains_key(index)).collect();
    let work =
        left.iter().map(|(index, entry)| async move { (*index, entry, desk.work(*index, entry).await) });
    // Why a list: the compiler cannot tell of a stream over a borrowing closure that it may change threads.
    let work: Vec<_> = work.collect();
    let mut work = stream::iter(work).buffer_unordered(AT_ONCE);
    let (begun, mut kept, mut looked) = (Instant::now(), Instant::now(), Instant::now());
    let (mut fault, mut is_left) = (None, false);
    loop {
        match timeout(LOOK, work.next()).await {
            Ok(None) => break,
            Ok(Some((_, _, None))) => is_left = true,
            Ok(Some((index, _, Some(Ok(line))))) => drop(chunk.lines.insert(index, line)),
            Ok(Some((index, entry, Some(Err(error))))) => match said(chunk, error) {
                Ok(said) => fail(chunk, index, entry, &said),
                Err(error) => {
                    // The others are finished first, so that they are not begun again.
                    desk.stop.store(true, Ordering::Relaxed);
                    fault = Some(error);
                }
            },
            // All wait for slow servers: the chunk is kept, and a cancellation seen, all the same.
            Err(_) => {}
        }
        if kept.elapsed() >= KEEP {
            if !chunk.keep(LEASE_MS).await? {
                return Ok(Outcome::Left);
            }
            kept = Instant::now();
        }
        if looked.elapsed() >= LOOK {
            looked = Instant::now();
            if begun.elapsed() >= WORK || is_cancelled(chunk).await? {
                desk.stop.store(true, Ordering::Relaxed);
            }
        }
    }
    if let Some(fault) = fault {
        chunk.keep(LEASE_MS).await?;
        return Err(fault);
    }
    if !is_left || is_cancelled(chunk).await? {
        return Ok(Outcome::Ended);
    }
    Ok(if chunk.keep(LEASE_MS).await? { Outcome::More } else { Outcome::Left })
}

fn fail(chunk: &mut Chunk<'_>, index: u64, entry: &Entry, sentence: &str) {
    let now_ms = chunk.platform.now_ms();
    chunk
        .lines
        .entry(index)
        .or_insert_with(|| failed(index, entry.source.clone(), sentence.to_owned(), now_ms));
}

/// What a picture's owner is told of its error; fails where the reason may pass and has not come too often.
fn said(chunk: &Chunk<'_>, error: ApiError) -> Result<String, WorkerError> {
    let is_ours = error.kind.row().status >= 500 && error.kind != ErrorKind::DeadlineExceeded;
    if is_ours && chunk.record.attempts <= PATIENCE {
        return Err(WorkerError::new(error.source.unwrap_or_else(|| error.message.into())));
    }
    Ok(match error.faults.as_slice() {
        _ if is_ours => OUR_FAULT.to_owned(),
        [] => error.message,
        faults => sentence(faults, pydantic_v1),
    })
}

async fn is_cancelled(chunk: &Chunk<'_>) -> Result<bool, WorkerError> {
    let batch = chunk.platform.store.edit_batches().load(chunk.batch.id).await?;
    Ok(batch.is_none_or(|batch| batch.phase != EditBatchPhase::Working))
}

/// What the key that made the batch may spend in a month.
async fn cap(platform: &Platform, batch: &EditBatchRecord) -> Result<Option<Credits>, WorkerError> {
    let key = platform.store.keys().find(&batch.account, &batch.key_id).await?;
    Ok(key.and_then(|key| key.spend_cap))
}
