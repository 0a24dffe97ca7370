//! A shard in segments: as many lines as are worked on between two checkpoints.

use bytes::Bytes;
use store::{JobRecord, ShardRecord, Store};

use crate::{Broken, Line, Source, Splitter};

/// Bytes of lines in a segment, and bytes that are read for one, blank and refused lines included.
const MOST_BYTES: usize = 8 << 20;
const MOST_READ: u64 = 64 << 20;

#[derive(Debug)]
pub struct Segment {
    pub lines: Vec<Line>,
    /// Where the next one begins.
    pub offset: i64,
    /// Lines of the file, blank ones included.
    pub count: i64,
    /// Whether the shard ends with it.
    pub is_last: bool,
}

#[derive(Debug)]
pub struct Segments {
    source: Source,
    splitter: Splitter,
    rest: Bytes,
    is_ended: bool,
    /// Why there is nothing after what was given out.
    broken: Option<Broken>,
}

impl Segments {
    /// From where the shard's last checkpoint was. `None` for a job that has not started.
    pub fn open(store: &Store, job: &JobRecord, shard: &ShardRecord) -> Option<Self> {
        let input = job.input.as_ref()?;
        let positive = |number: i64| u64::try_from(number).unwrap_or(0);
        let (size, each) = (positive(input.bytes), positive(input.shard_bytes));
        let begin = each.saturating_mul(shard.number.into());
        let until = if input.gzip { u64::MAX } else { begin.saturating_add(each).min(size) };
        let (from, skips) = match positive(shard.offset) {
            0 => (begin, begin > 0),
            offset => (offset, false),
        };
        let source = Source::open(store, job, if skips { from - 1 } else { from })?;
        let splitter = Splitter::new(from, until, skips, shard.lines);
        Some(Self { source, splitter, rest: Bytes::new(), is_ended: false, broken: None })
    }

    pub async fn next(&mut self, most_lines: usize) -> Result<Segment, Broken> {
        if let Some(broken) = self.broken.take() {
            return Err(broken);
        }
        let (first, begun) = (self.splitter.number(), self.splitter.start());
        let (mut lines, mut bytes): (Vec<Line>, usize) = (Vec::new(), 0);
        while !self.is_ended && !self.splitter.is_done() {
            if lines.len() >= most_lines || bytes >= MOST_BYTES || self.splitter.start() - begun >= MOST_READ
            {
                break;
            }
            if self.rest.is_empty() {
                match self.source.next().await {
                    Ok(Some(block)) => self.rest = block,
                    Err(broken) if lines.is_empty() => return Err(broken),
                    Err(broken) => {
                        // What came before it is kept.
                        self.broken = Some(broken);
                        break;
                    }
                    Ok(None) => {
                        self.is_ended = true;
                        lines.extend(self.splitter.end());
                    }
                }
                continue;
            }
            let before = self.splitter.start();
            let (taken, line) = self.splitter.take(&self.rest);
            self.rest = self.rest.split_off(taken);
            if let Some(line) = line {
                bytes += usize::try_from(self.splitter.start() - before).unwrap_or(0);
                lines.push(line);
            }
        }
        Ok(Segment {
            lines,
            offset: i64::try_from(self.splitter.start()).unwrap_or(i64::MAX),
            count: self.splitter.number() - first,
            is_last: self.is_ended || self.splitter.is_done(),
        })
    }
}
