//! Tables, queues and buckets: made on AWS by the template, on one machine by the server, both from these constants.

mod needs;
mod workers;

pub use needs::{AUTHENTICATED, Needs};
pub use workers::{
    BATCH_DEAD_LETTER, BATCH_WORKER, EDIT_BATCH_DEAD_LETTER, EDIT_BATCH_WORKER, EDIT_DEAD_LETTER,
    EDIT_WORKER, EXTRACT_DEAD_LETTER, EXTRACT_WORKER, SWEEP, Trigger, WEBHOOK_DEAD_LETTER, WEBHOOK_WORKER,
    WORKERS, Worker,
};

/// A DynamoDB table: string keys `pk` and `sk`, TTL attribute `expires` (Unix seconds).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// Logical name; the physical one comes from the setting.
    pub name: &'static str,
    pub setting: &'static str,
    /// Whether it has the index `open` on `open_pk` and `open_at` (a number), for what a sweep must find.
    pub open_index: bool,
    pub doc: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queue {
    pub name: &'static str,
    pub setting: &'static str,
    /// Function that works the queue.
    pub worker: &'static str,
    /// Messages a worker gets at once.
    pub batch: u32,
    /// Seconds; at least six times the worker's timeout.
    pub visibility_seconds: u32,
    /// Receipts before a message becomes a dead letter.
    pub max_receives: u32,
    /// Queue of the dead letters and the function that ends their tasks.
    pub dead_letters: &'static str,
    pub dead_letter_worker: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    pub name: &'static str,
    pub setting: &'static str,
    /// Prefixes of objects that are deleted, and after how many days.
    pub expiring: &'static [(&'static str, u32)],
    pub doc: &'static str,
}

pub const KEYS: Table = Table {
    name: "keys",
    setting: "ATELIER_TABLE_KEYS",
    open_index: false,
    doc: "Accounts and API keys; of a secret only its SHA-256.",
};
pub const LEDGER: Table = Table {
    name: "ledger",
    setting: "ATELIER_TABLE_LEDGER",
    open_index: true,
    doc: "Balances, holds, charges, grants and idempotent answers.",
};
pub const TASKS: Table =
    Table { name: "tasks", setting: "ATELIER_TABLE_TASKS", open_index: true, doc: "Asynchronous tasks." };
pub const RATES: Table = Table {
    name: "rates",
    setting: "ATELIER_TABLE_RATES",
    open_index: false,
    doc: "Counters of the rate windows.",
};
pub const LOGS: Table = Table {
    name: "logs",
    setting: "ATELIER_TABLE_LOGS",
    open_index: false,
    doc: "One row a call for 30 days; usage counters.",
};
pub const CLASSIFIERS: Table = Table {
    name: "classifiers",
    setting: "ATELIER_TABLE_CLASSIFIERS",
    open_index: false,
    doc: "Saved classifiers and their versions.",
};
pub const CACHE: Table = Table {
    name: "cache",
    setting: "ATELIER_TABLE_CACHE",
    open_index: false,
    doc: "Answers that may be given again, account by account.",
};
pub const JOBS: Table = Table {
    name: "jobs",
    setting: "ATELIER_TABLE_JOBS",
    open_index: true,
    doc: "Batch jobs, their shards and counters.",
};
pub const UPLOADS: Table = Table {
    name: "uploads",
    setting: "ATELIER_TABLE_UPLOADS",
    open_index: false,
    doc: "Uploads of 24 hours, and how many an account began a day.",
};
pub const EXTRACTIONS: Table = Table {
    name: "extractions",
    setting: "ATELIER_TABLE_EXTRACTIONS",
    open_index: true,
    doc: "Extraction models, their requests and data, and extractions in the background.",
};
pub const STORAGES: Table = Table {
    name: "storages",
    setting: "ATELIER_TABLE_STORAGES",
    open_index: false,
    doc: "Connected storages; their credentials encrypted.",
};
pub const EDIT_BATCHES: Table = Table {
    name: "edit-batches",
    setting: "ATELIER_TABLE_EDIT_BATCHES",
    open_index: true,
    doc: "Batches of edits and their chunks.",
};
pub const WEBHOOKS: Table = Table {
    name: "webhooks",
    setting: "ATELIER_TABLE_WEBHOOKS",
    open_index: true,
    doc: "Webhooks, their secrets encrypted, and their deliveries of 30 days.",
};
pub const TABLES: [Table; 13] = [
    KEYS,
    LEDGER,
    TASKS,
    RATES,
    LOGS,
    CLASSIFIERS,
    CACHE,
    JOBS,
    UPLOADS,
    EXTRACTIONS,
    STORAGES,
    EDIT_BATCHES,
    WEBHOOKS,
];

/// Name of the index of tables with `open_index`.
pub const OPEN_INDEX: &str = "open";

pub const EDITS: Queue = Queue {
    name: "edits",
    setting: "ATELIER_QUEUE_EDITS",
    worker: "edit-worker",
    batch: 1,
    visibility_seconds: 1080,
    max_receives: 5,
    dead_letters: "edits-dead",
    dead_letter_worker: "edit-dead-letter",
};
pub const BATCHES: Queue = Queue {
    name: "batches",
    setting: "ATELIER_QUEUE_BATCHES",
    worker: "batch-worker",
    batch: 1,
    visibility_seconds: 5400,
    max_receives: 5,
    dead_letters: "batches-dead",
    dead_letter_worker: "batch-dead-letter",
};
pub const EXTRACTS: Queue = Queue {
    name: "extracts",
    setting: "ATELIER_QUEUE_EXTRACTS",
    worker: "extract-worker",
    batch: 1,
    visibility_seconds: 5400,
    max_receives: 10,
    dead_letters: "extracts-dead",
    dead_letter_worker: "extract-dead-letter",
};
pub const EDIT_CHUNKS: Queue = Queue {
    name: "edit-chunks",
    setting: "ATELIER_QUEUE_EDIT_CHUNKS",
    worker: "edit-batch-worker",
    batch: 1,
    visibility_seconds: 5400,
    max_receives: 10,
    dead_letters: "edit-chunks-dead",
    dead_letter_worker: "edit-batch-dead-letter",
};
pub const DELIVERIES: Queue = Queue {
    name: "webhooks",
    setting: "ATELIER_QUEUE_WEBHOOKS",
    worker: "webhook-worker",
    batch: 1,
    visibility_seconds: 240,
    max_receives: 10,
    dead_letters: "webhooks-dead",
    dead_letter_worker: "webhook-dead-letter",
};
/// The longest that a queue keeps a message back, in milliseconds.
pub const LONGEST_DELAY_MS: i64 = 900_000;
pub const QUEUES: [Queue; 5] = [EDITS, BATCHES, EXTRACTS, EDIT_CHUNKS, DELIVERIES];

/// Where uploads lie.
pub const UPLOAD_FILES: &str = "uploads/";
/// Where uploads of batch jobs lie, and what their workers make of them.
pub const BATCH_INPUTS: &str = "batches/inputs/";
pub const BATCH_RESULTS: &str = "batches/results/";

/// Where requests, manifests and results of batches of edits lie.
pub const EDIT_BATCH_FILES: &str = "edit-batches/";

/// Where what an extraction in the background reads lies until its end, and what it has answered.
pub const EXTRACT_FILES: &str = "tmp/extractions/";

pub const RESULTS: Bucket = Bucket {
    name: "atelier-results",
    setting: "ATELIER_BUCKET_RESULTS",
    expiring: &[
        ("tmp/", 1),
        (UPLOAD_FILES, 1),
        (BATCH_INPUTS, 7),
        (BATCH_RESULTS, 30),
        (EDIT_BATCH_FILES, 60),
    ],
    doc: "Results of edits, uploads and results of batch jobs, each until it expires.",
};
pub const BUCKETS: [Bucket; 1] = [RESULTS];
