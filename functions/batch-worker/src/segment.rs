//! One segment: held for, classified, written, settled.

use std::sync::Arc;
use std::time::{Duration, Instant};

use batches::{Entry, Line, LineFault, Output, Places, Segment};
use bytes::Bytes;
use classifying::{Bulk, BulkAnswer};
use common::{Platform, WorkerError};
use contract::Credits;
use contract::limits::{MAX_LISTED_FAULTS, UNREADABLE_AFTER};
use contract::price::Prices;
use store::{Checkpoint, JobRecord, Reserved, ShardRecord};

use crate::LEASE_MS;

/// Longest a segment may be classified: well before its lease ends.
const LONGEST: Duration = Duration::from_secs(240);

/// How many lines a segment takes.
pub struct Pace {
    lines: usize,
    most: usize,
}

impl Pace {
    /// Lines of the first segment; the next ones are as long as the first let expect.
    const FIRST: usize = 500;
    /// The same where another machine works on each: it may need seconds for one.
    const FIRST_HOSTED: usize = 16;
    /// Time between two checkpoints, about: what a killed worker loses, against what a checkpoint writes.
    const AIM: Duration = Duration::from_secs(20);
    /// Bytes of the results of a segment, and lines of one.
    const MOST_BYTES: usize = 32 << 20;
    const MOST_LINES: usize = 50_000;

    /// `answer_bytes`: of one answer at most.
    pub fn of(answer_bytes: usize, is_hosted: bool) -> Self {
        let most = (Self::MOST_BYTES / answer_bytes.max(1)).clamp(64, Self::MOST_LINES);
        let first = if is_hosted { Self::FIRST_HOSTED } else { Self::FIRST };
        Self { lines: first.min(most), most }
    }

    pub fn lines(&self) -> usize {
        self.lines
    }

    /// At most ten times as many as before, so that one fast segment does not make the next too long.
    pub fn learn(&mut self, lines: usize, took: Duration) {
        let rate = lines as f64 / took.as_secs_f64().max(0.001);
        let aim = (rate * Self::AIM.as_secs_f64()) as usize;
        self.lines = aim.clamp(1, self.lines.saturating_mul(10)).min(self.most);
    }
}

/// What comes after a segment.
pub enum Step {
    Next,
    /// It was the shard's last.
    Last,
    Stop,
    NoCredits,
    /// What was read so far is no file of lines.
    Unreadable,
}

/// Whether hardly a line of what was read of a shard has a result. Why it ends there: a result of a failed line is free, and may be
/// twenty times as long as the line.
fn is_unreadable(shard: &ShardRecord) -> bool {
    shard.failed >= UNREADABLE_AFTER && (shard.completed - shard.failed) * 100 < shard.completed
}

/// A shard in work.
pub struct Worker<'a> {
    pub platform: &'a Arc<Platform>,
    pub job: &'a JobRecord,
    pub shard: ShardRecord,
    pub lease: &'a str,
    pub bulk: Bulk,
    /// Of the key that started the job.
    pub cap: Option<Credits>,
}

impl Worker<'_> {
    pub async fn step(&mut self, segment: Segment) -> Result<Step, WorkerError> {
        let Segment { lines, offset, count, is_last } = segment;
        let (texts, places) = texts(lines);
        let price = self.job.input.as_ref().map_or(Credits::ZERO, |input| input.price);
        let held = Prices::of_tokens(price, self.bulk.count(&texts).await?);
        let now_ms = self.platform.now_ms();
        let jobs = self.platform.store.jobs();
        let times = (self.cap, now_ms, now_ms + LEASE_MS);
        match jobs.reserve(self.job, &self.shard, self.lease, held, times).await? {
            Reserved::Held => self.shard.held = held,
            Reserved::NoCredits => return Ok(Step::NoCredits),
            Reserved::Stop => return Ok(Step::Stop),
        }
        let answers = self.bulk.classify(&texts, Instant::now() + LONGEST).await?;
        let output = self.output(places, answers)?;
        let charge = Prices::of_tokens(price, u64::try_from(output.tokens).unwrap_or(0));
        let checkpoint = Checkpoint {
            offset,
            lines: count,
            completed: output.completed,
            failed: output.failed,
            tokens: output.tokens,
            charge,
            last: is_last,
            lease_until_ms: self.platform.now_ms() + LEASE_MS,
        };
        self.write(output).await?;
        let now = (held, self.platform.now_ms());
        if !jobs.settle(self.job, &self.shard, self.lease, &checkpoint, now).await? {
            return Ok(Step::Stop);
        }
        self.shard.segments += 1;
        self.shard.completed += checkpoint.completed;
        self.shard.failed += checkpoint.failed;
        self.shard.held = Credits::ZERO;
        Ok(match is_last {
            true => Step::Last,
            false if is_unreadable(&self.shard) => Step::Unreadable,
            false => Step::Next,
        })
    }

    fn output(
        &self,
        places: Numbered,
        answers: Vec<Result<BulkAnswer, &'static str>>,
    ) -> Result<Output, WorkerError> {
        let mut output = Output::default();
        let mut answers = answers.into_iter();
        for (number, place) in places {
            match place {
                Err(fault) => output.invalid(number, &fault),
                Ok(entry) => match answers.next() {
                    Some(Ok(BulkAnswer { labels, tokens })) => {
                        output.answer(self.job.mode, entry.custom_id.as_ref(), &labels, tokens)
                    }
                    Some(Err(reason)) => output.unanswered(number, reason, entry.custom_id.as_ref()),
                    None => return Err(WorkerError::new("a text came to no answer")),
                },
            }
            .map_err(WorkerError::new)?;
        }
        Ok(output)
    }

    /// Where a dead worker wrote the same segment, this one's takes its place: only what is settled counts.
    async fn write(&self, output: Output) -> Result<(), WorkerError> {
        let (files, places) = (self.platform.store.batch_files(), Places(&self.job.id));
        let (shard, segment) = (self.shard.number, self.shard.segments);
        files.put(&places.part(shard, segment), Bytes::from(output.results)).await?;
        // The errors file ends before them: of this shard alone it has as many as it takes.
        let is_beyond = self.shard.failed >= MAX_LISTED_FAULTS;
        if output.faults.is_empty() || is_beyond {
            // An earlier try may have failed lines that this one did not.
            files.delete(&places.fault_part(shard, segment)).await?;
        } else {
            files.put(&places.fault_part(shard, segment), Bytes::from(output.faults)).await?;
        }
        Ok(())
    }
}

/// All lines of a segment in their order, each with its number.
type Numbered = Vec<(i64, Result<Entry, LineFault>)>;

/// The texts to work on, and all lines in their order, those of the texts without them.
fn texts(lines: Vec<Line>) -> (Arc<[String]>, Numbered) {
    let mut texts = Vec::new();
    let mut places = Vec::with_capacity(lines.len());
    for Line { number, mut content } in lines {
        if let Ok(entry) = &mut content {
            texts.push(std::mem::take(&mut entry.text));
        }
        places.push((number, content));
    }
    (texts.into(), places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_grow_to_the_time_between_checkpoints_and_never_beyond_what_fits_into_memory() {
        let mut pace = Pace::of(100, false);
        for _ in 0..10 {
            pace.learn(pace.lines(), Duration::from_millis(pace.lines() as u64));
        }
        assert_eq!(pace.lines(), 20_000);
        pace.learn(20_000, Duration::from_secs(200));
        assert_eq!(pace.lines(), 2_000);
        pace.learn(2_000, Duration::ZERO);
        assert_eq!(pace.lines(), 20_000);
        assert_eq!(Pace::of(40_000, false).most, 838);
    }
}
