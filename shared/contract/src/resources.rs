//! Tables, queues and buckets: made on AWS by the template, on one machine by the server, both from these constants.

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

/// What a function touches; its role on AWS allows exactly this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Needs {
    /// Reads keys and writes when they were last used.
    Keys,
    /// Makes, changes and revokes keys; reads and makes accounts.
    KeysWrite,
    Ledger,
    Tasks,
    Rates,
    /// Writes log rows and usage counters.
    Logs,
    /// Reads them.
    LogsRead,
    /// Makes and deletes classifiers.
    Classifiers,
    ClassifiersRead,
    /// Reads and writes answers that may be given again.
    Cache,
    /// Sends to the edits queue.
    EditQueue,
    /// Reads batch jobs and changes their state.
    Jobs,
    /// Sends to the queue of batch jobs.
    BatchQueue,
    /// Reads, writes and deletes uploads and results of batch jobs.
    BatchFiles,
    /// Reads batches of edits and changes their state.
    EditBatches,
    /// Sends to their queue.
    EditBatchQueue,
    /// Reads and writes their manifests and results.
    EditBatchFiles,
    /// Reads extractions in the background and changes their state; makes and deletes extraction models.
    Extractions,
    /// Reads them.
    ExtractionsRead,
    /// Sends to the queue of extractions.
    ExtractQueue,
    /// Reads, writes and deletes what extractions in the background read, and what they answer.
    ExtractFiles,
    /// Reads uploads and changes their state.
    Uploads,
    /// Reads, writes and deletes their files.
    UploadFiles,
    /// Writes and deletes results.
    Results,
    /// Reads results.
    ResultsRead,
    /// The ring of keys that signs file links.
    FileKeys,
    /// Reads, makes and deletes connected storages.
    Storages,
    /// Reads them.
    StoragesRead,
    /// Reads, makes and deletes webhooks and their deliveries.
    Webhooks,
    /// Reads them.
    WebhooksRead,
    /// Reads webhooks and makes deliveries.
    Announce,
    /// Sends to the queue of deliveries.
    DeliveryQueue,
    /// Encrypts secrets of callers.
    Seal,
    /// Decrypts them.
    Decrypt,
    /// Decrypts them; assumes roles that callers named.
    Unseal,
    /// Reaches the public network for what users name.
    Fetch,
    /// Asks the hosted model, where one is set.
    HostedModel,
    /// Reads texts with the operator's encoder, where one is set.
    OwnEncoder,
}

/// What every function with a key touches, before its own needs.
pub const AUTHENTICATED: [Needs; 4] = [Needs::Keys, Needs::Ledger, Needs::Rates, Needs::Logs];

/// A function without a route.
#[derive(Debug, Clone, Copy)]
pub struct Worker {
    pub name: &'static str,
    pub trigger: Trigger,
    pub summary: &'static str,
    pub needs: &'static [Needs],
    pub memory_mb: u32,
    pub timeout_seconds: u32,
}

#[derive(Debug, Clone, Copy)]
pub enum Trigger {
    Queue(Queue),
    DeadLetters(Queue),
    /// Every so many minutes.
    Schedule {
        minutes: u32,
    },
}

pub const EDIT_WORKER: Worker = Worker {
    name: "edit-worker",
    trigger: Trigger::Queue(EDITS),
    summary: "Edits the pictures of asynchronous tasks.",
    needs: &[
        Needs::Tasks,
        Needs::Ledger,
        Needs::Results,
        Needs::FileKeys,
        Needs::Logs,
        Needs::Fetch,
        Needs::Uploads,
        Needs::UploadFiles,
        Needs::StoragesRead,
        Needs::Unseal,
        Needs::Announce,
        Needs::DeliveryQueue,
    ],
    memory_mb: 2048,
    timeout_seconds: 180,
};
pub const EDIT_DEAD_LETTER: Worker = Worker {
    name: "edit-dead-letter",
    trigger: Trigger::DeadLetters(EDITS),
    summary: "Ends tasks whose message failed too often: ERROR, hold released.",
    needs: &[Needs::Tasks, Needs::Ledger, Needs::Logs, Needs::Announce, Needs::DeliveryQueue],
    memory_mb: 256,
    timeout_seconds: 25,
};
pub const EDIT_BATCH_WORKER: Worker = Worker {
    name: "edit-batch-worker",
    trigger: Trigger::Queue(EDIT_CHUNKS),
    summary: "Lists the folders of batches of edits, edits their pictures, a chunk a message, and joins their results.",
    needs: &[
        Needs::EditBatches,
        Needs::EditBatchQueue,
        Needs::EditBatchFiles,
        Needs::Announce,
        Needs::DeliveryQueue,
        Needs::Keys,
        Needs::Ledger,
        Needs::Results,
        Needs::FileKeys,
        Needs::Logs,
        Needs::Fetch,
        Needs::Uploads,
        Needs::UploadFiles,
        Needs::StoragesRead,
        Needs::Unseal,
    ],
    memory_mb: 2048,
    timeout_seconds: 900,
};
pub const EDIT_BATCH_DEAD_LETTER: Worker = Worker {
    name: "edit-batch-dead-letter",
    trigger: Trigger::DeadLetters(EDIT_CHUNKS),
    summary: "Ends chunks of batches of edits whose message failed too often; what is done of them is kept.",
    needs: &[
        Needs::EditBatches,
        Needs::EditBatchQueue,
        Needs::EditBatchFiles,
        Needs::Announce,
        Needs::DeliveryQueue,
        Needs::FileKeys,
        Needs::Ledger,
        Needs::Logs,
    ],
    memory_mb: 256,
    timeout_seconds: 25,
};
pub const BATCH_WORKER: Worker = Worker {
    name: "batch-worker",
    trigger: Trigger::Queue(BATCHES),
    summary: "Classifies the lines of batch jobs, a shard a message, and joins their results.",
    needs: &[
        Needs::Jobs,
        Needs::Keys,
        Needs::Ledger,
        Needs::BatchQueue,
        Needs::BatchFiles,
        Needs::Logs,
        Needs::HostedModel,
        Needs::OwnEncoder,
        Needs::Announce,
        Needs::DeliveryQueue,
    ],
    memory_mb: 1769,
    timeout_seconds: 900,
};
pub const BATCH_DEAD_LETTER: Worker = Worker {
    name: "batch-dead-letter",
    trigger: Trigger::DeadLetters(BATCHES),
    summary: "Ends batch jobs of which a shard failed too often; what is done is kept.",
    needs: &[Needs::Jobs, Needs::BatchQueue],
    memory_mb: 256,
    timeout_seconds: 25,
};
pub const EXTRACT_WORKER: Worker = Worker {
    name: "extract-worker",
    trigger: Trigger::Queue(EXTRACTS),
    summary: "Reads the pictures of requests and of extractions in the background; removes the data of deleted models.",
    needs: &[
        Needs::Extractions,
        Needs::ExtractFiles,
        Needs::ExtractQueue,
        Needs::Ledger,
        Needs::Logs,
        Needs::Fetch,
        Needs::Uploads,
        Needs::UploadFiles,
        Needs::StoragesRead,
        Needs::Unseal,
        Needs::HostedModel,
        Needs::OwnEncoder,
        Needs::Announce,
        Needs::DeliveryQueue,
    ],
    memory_mb: 1769,
    timeout_seconds: 900,
};
pub const EXTRACT_DEAD_LETTER: Worker = Worker {
    name: "extract-dead-letter",
    trigger: Trigger::DeadLetters(EXTRACTS),
    summary: "Ends extractions whose message failed too often: failed, hold released.",
    needs: &[Needs::Extractions, Needs::ExtractFiles, Needs::Ledger, Needs::Announce, Needs::DeliveryQueue],
    memory_mb: 256,
    timeout_seconds: 25,
};
pub const WEBHOOK_WORKER: Worker = Worker {
    name: "webhook-worker",
    trigger: Trigger::Queue(DELIVERIES),
    summary: "Sends signed messages to webhooks, and sends them again where they fail.",
    needs: &[Needs::Webhooks, Needs::DeliveryQueue, Needs::Decrypt, Needs::Fetch],
    memory_mb: 256,
    timeout_seconds: 40,
};
pub const WEBHOOK_DEAD_LETTER: Worker = Worker {
    name: "webhook-dead-letter",
    trigger: Trigger::DeadLetters(DELIVERIES),
    summary: "Ends deliveries whose message failed too often: failed.",
    needs: &[Needs::Webhooks],
    memory_mb: 256,
    timeout_seconds: 25,
};
pub const SWEEP: Worker = Worker {
    name: "sweep",
    trigger: Trigger::Schedule { minutes: 1 },
    summary: "Releases expired holds, sends lost messages again, ends stuck tasks, looks for low balances.",
    needs: &[
        Needs::Tasks,
        Needs::Ledger,
        Needs::EditQueue,
        Needs::Jobs,
        Needs::BatchQueue,
        Needs::Extractions,
        Needs::ExtractQueue,
        Needs::EditBatches,
        Needs::EditBatchQueue,
        Needs::Logs,
        Needs::Webhooks,
        Needs::DeliveryQueue,
    ],
    memory_mb: 256,
    timeout_seconds: 50,
};
pub const WORKERS: [Worker; 11] = [
    EDIT_WORKER,
    EDIT_DEAD_LETTER,
    EDIT_BATCH_WORKER,
    EDIT_BATCH_DEAD_LETTER,
    BATCH_WORKER,
    BATCH_DEAD_LETTER,
    EXTRACT_WORKER,
    EXTRACT_DEAD_LETTER,
    WEBHOOK_WORKER,
    WEBHOOK_DEAD_LETTER,
    SWEEP,
];
