//! Names of tables, queues and buckets, set by the template.

use super::setting::{Place, Setting, setting};

pub const TABLE_KEYS: Setting =
    setting("ATELIER_TABLE_KEYS", "keys", Place::Aws, "Name of the table of accounts and keys.");
pub const TABLE_LEDGER: Setting =
    setting("ATELIER_TABLE_LEDGER", "ledger", Place::Aws, "Name of the table of balances and ledger rows.");
pub const TABLE_TASKS: Setting =
    setting("ATELIER_TABLE_TASKS", "tasks", Place::Aws, "Name of the table of tasks.");
pub const TABLE_RATES: Setting =
    setting("ATELIER_TABLE_RATES", "rates", Place::Aws, "Name of the table of rate windows.");
pub const TABLE_LOGS: Setting =
    setting("ATELIER_TABLE_LOGS", "logs", Place::Aws, "Name of the table of log rows and usage.");
pub const TABLE_CLASSIFIERS: Setting =
    setting("ATELIER_TABLE_CLASSIFIERS", "classifiers", Place::Aws, "Name of the table of classifiers.");
pub const TABLE_CACHE: Setting =
    setting("ATELIER_TABLE_CACHE", "cache", Place::Aws, "Name of the table of cached answers.");
pub const TABLE_JOBS: Setting =
    setting("ATELIER_TABLE_JOBS", "jobs", Place::Aws, "Name of the table of batch jobs.");
pub const TABLE_UPLOADS: Setting =
    setting("ATELIER_TABLE_UPLOADS", "uploads", Place::Aws, "Name of the table of uploads.");
pub const TABLE_EXTRACTIONS: Setting =
    setting("ATELIER_TABLE_EXTRACTIONS", "extractions", Place::Aws, "Name of the table of extractions.");
pub const TABLE_STORAGES: Setting =
    setting("ATELIER_TABLE_STORAGES", "storages", Place::Aws, "Name of the table of storages.");
pub const TABLE_EDIT_BATCHES: Setting = setting(
    "ATELIER_TABLE_EDIT_BATCHES",
    "edit-batches",
    Place::Aws,
    "Name of the table of batches of edits.",
);
pub const QUEUE_EDIT_CHUNKS: Setting =
    setting("ATELIER_QUEUE_EDIT_CHUNKS", "", Place::Aws, "URL of the queue of batches of edits.");
pub const TABLE_WEBHOOKS: Setting =
    setting("ATELIER_TABLE_WEBHOOKS", "webhooks", Place::Aws, "Name of the table of webhooks.");
pub const QUEUE_WEBHOOKS: Setting =
    setting("ATELIER_QUEUE_WEBHOOKS", "", Place::Aws, "URL of the queue of deliveries to webhooks.");
pub const QUEUE_EXTRACTS: Setting =
    setting("ATELIER_QUEUE_EXTRACTS", "", Place::Aws, "URL of the queue of extractions.");
pub const QUEUE_BATCHES: Setting =
    setting("ATELIER_QUEUE_BATCHES", "", Place::Aws, "URL of the queue of batch jobs.");
pub const QUEUE_EDITS: Setting = setting("ATELIER_QUEUE_EDITS", "", Place::Aws, "URL of the queue of edits.");
pub const BUCKET_RESULTS: Setting =
    setting("ATELIER_BUCKET_RESULTS", "atelier-results", Place::Aws, "Name of the bucket of results.");
