//! The row of a job.

use contract::Credits;
use contract::classification::{JobStatus, Mode, Priority};

use super::key;
use crate::{Hold, Item, StoreError};

/// Days that a job is remembered after it was made: its upload lives seven, its results thirty.
const KEEP_SECONDS: i64 = 37 * 86_400;

/// The state of a job. `Failing` is what its owner still sees as processing: work in flight is kept before it has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobPhase {
    Pending,
    Processing,
    Cancelling,
    Failing,
    Completed,
    Failed,
    Cancelled,
}

impl JobPhase {
    pub const ALL: [Self; 7] = [
        Self::Pending,
        Self::Processing,
        Self::Cancelling,
        Self::Failing,
        Self::Completed,
        Self::Failed,
        Self::Cancelled,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::Cancelling => "cancelling",
            Self::Failing => "failing",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    pub const fn status(self) -> JobStatus {
        match self {
            Self::Pending => JobStatus::Pending,
            Self::Processing | Self::Failing => JobStatus::Processing,
            Self::Cancelling => JobStatus::Cancelling,
            Self::Completed => JobStatus::Completed,
            Self::Failed => JobStatus::Failed,
            Self::Cancelled => JobStatus::Cancelled,
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.name() == name)
    }
}

/// What a job is made of.
#[derive(Debug, Clone)]
pub struct NewJob {
    pub id: String,
    pub account: String,
    pub mode: Mode,
    pub priority: Priority,
    /// Scheme and host of the call, for URLs in what is told of its end.
    pub base_url: String,
    pub created_at_ms: i64,
}

/// The upload as it was at the start, and how it is divided.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    pub etag: String,
    pub bytes: i64,
    pub gzip: bool,
    pub shard_bytes: i64,
    pub shards: u32,
    /// Lines and tokens, estimated from a sample.
    pub lines: i64,
    pub tokens: i64,
    /// Credits for a million tokens; that of the first start counts.
    pub price: Credits,
}

#[derive(Debug, Clone, PartialEq)]
pub struct JobRecord {
    pub id: String,
    pub account: String,
    pub phase: JobPhase,
    pub mode: Mode,
    pub priority: Priority,
    pub base_url: String,
    pub created_at_ms: i64,
    pub started_at_ms: Option<i64>,
    /// When a segment was settled last.
    pub settled_at_ms: Option<i64>,
    pub completed_at_ms: Option<i64>,
    pub error: Option<String>,
    /// From the first start on.
    pub input: Option<Input>,
    pub hold: Option<Hold>,
    /// What is left of the hold for shards to come.
    pub reserve: Credits,
    pub charged: Credits,
    /// Lines that are done, failed ones included.
    pub completed: i64,
    pub failed: i64,
    pub tokens: i64,
    /// It has ended, and the log does not know yet.
    pub untold: bool,
    /// Of credits and tokens what earlier ends of the job have told the log.
    pub logged: Credits,
    pub logged_tokens: i64,
    /// Lines that were done at the last start.
    pub done_before: i64,
    pub shards_done: i64,
    /// Bytes of the results, once it has ended.
    pub results_bytes: Option<i64>,
    pub errors_bytes: Option<i64>,
}

impl JobRecord {
    pub fn new(job: NewJob) -> Self {
        Self {
            id: job.id,
            account: job.account,
            phase: JobPhase::Pending,
            mode: job.mode,
            priority: job.priority,
            base_url: job.base_url,
            created_at_ms: job.created_at_ms,
            started_at_ms: None,
            settled_at_ms: None,
            completed_at_ms: None,
            error: None,
            input: None,
            hold: None,
            reserve: Credits::ZERO,
            charged: Credits::ZERO,
            completed: 0,
            failed: 0,
            tokens: 0,
            untold: false,
            logged: Credits::ZERO,
            logged_tokens: 0,
            done_before: 0,
            shards_done: 0,
            results_bytes: None,
            errors_bytes: None,
        }
    }

    pub(super) fn expires(&self) -> i64 {
        self.created_at_ms / 1000 + KEEP_SECONDS
    }

    /// Of a new job; what comes later is written by updates.
    pub(super) fn item(&self) -> Item {
        let (pk, sk) = key(&self.account, &self.id);
        Item::new(pk, sk)
            .text("job", &self.id)
            .text("account", &self.account)
            .text("phase", self.phase.name())
            .text("job_mode", if self.mode == Mode::Multi { "multi" } else { "single" })
            .text("priority", if self.priority == Priority::Fast { "fast" } else { "standard" })
            .text("base_url", &self.base_url)
            .number("created_at", self.created_at_ms)
            .number("reserve", 0)
            .number("expires", self.expires())
    }

    pub(super) fn read(item: &Item) -> Result<Self, StoreError> {
        let account = item.get_text("account")?.to_owned();
        let phase = item.get_text("phase")?;
        let number = |name| item.find_number(name).unwrap_or(0);
        Ok(Self {
            id: item.get_text("job")?.to_owned(),
            phase: JobPhase::parse(phase).ok_or_else(|| StoreError::malformed(format!("phase {phase}")))?,
            mode: if item.get_text("job_mode")? == "multi" { Mode::Multi } else { Mode::Single },
            priority: if item.get_text("priority")? == "fast" { Priority::Fast } else { Priority::Standard },
            base_url: item.find_text("base_url").unwrap_or_default().to_owned(),
            created_at_ms: item.get_number("created_at")?,
            started_at_ms: item.find_number("started_at"),
            settled_at_ms: item.find_number("settled_at"),
            completed_at_ms: item.find_number("completed_at"),
            error: item.find_text("job_error").map(str::to_owned),
            input: read_input(item)?,
            hold: item.find_text("hold_id").map(|_| Hold::read(item, &account)).transpose()?,
            reserve: item.credits("reserve"),
            charged: item.credits("charged"),
            completed: number("completed"),
            failed: number("failed"),
            tokens: number("tokens"),
            untold: number("untold") == 1,
            logged: item.credits("logged"),
            logged_tokens: number("logged_tokens"),
            done_before: number("done_before"),
            shards_done: number("shards_done"),
            results_bytes: item.find_number("results_bytes"),
            errors_bytes: item.find_number("errors_bytes"),
            account,
        })
    }
}

fn read_input(item: &Item) -> Result<Option<Input>, StoreError> {
    let Some(etag) = item.find_text("etag") else { return Ok(None) };
    let shards = item.get_number("shards")?;
    Ok(Some(Input {
        etag: etag.to_owned(),
        bytes: item.get_number("input_bytes")?,
        gzip: item.get_number("gzip")? == 1,
        shard_bytes: item.get_number("shard_bytes")?,
        shards: u32::try_from(shards).map_err(|_| StoreError::malformed("shards of a job"))?,
        lines: item.get_number("estimated_lines")?,
        tokens: item.get_number("estimated_tokens")?,
        price: item.credits("price"),
    }))
}
