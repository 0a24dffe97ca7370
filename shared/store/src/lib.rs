//! Everything that is kept: DynamoDB, SQS and S3, through the AWS SDK only. On one machine the same calls reach
//! embedded servers.

pub mod accounts;
mod batch_files;
mod budget;
mod cache;
mod classifiers;
mod edit_batches;
mod error;
mod extractions;
mod files;
mod forms;
mod idempotency;
mod item;
mod jobs;
mod keys;
mod lazy;
mod leases;
mod ledger;
mod logs;
mod names;
mod places;
pub mod provision;
mod queues;
mod rates;
mod secret;
mod storages;
mod tasks;
mod transaction;
mod uploads;
mod usage;
mod webhooks;

use std::sync::Arc;

pub use batch_files::{BatchFiles, Listed, Missed, NDJSON};
pub use budget::Budget;
pub use cache::{Cache, Kept};
pub use classifiers::{ClassifierHead, Classifiers, NewVersion, next_version};
pub use edit_batches::{
    BegunChunk, ChunkDone, ChunkHold, ChunkRecord, EditBatchPhase, EditBatchRecord, EditBatches, Listing,
    NewEditBatch, WINDOW, end_of,
};
pub use error::StoreError;
pub use extractions::{
    ExtractionRecord, Extractions, Finding, ModelRecord, NewExtraction, NewModel, OfModel, Outcome, Source,
};
pub use files::{Object, ObjectBody, Read, Results};
pub use forms::{Form, FormSigner};
pub use idempotency::{Earlier, Idempotency, KeptAnswer, StartedCall};
pub use item::Item;
pub use jobs::{
    Begun, Checkpoint, Ending, Input, JobPhase, JobRecord, Jobs, NewJob, Reserved, ShardRecord, Totals,
};
pub use keys::{KeyChange, KeyRecord, Keys, NewKey};
pub use lazy::Lazy;
pub use ledger::{BalanceSheet, Hold, Ledger};
pub use logs::{CallRow, LogFilter, Logs};
pub use names::Names;
pub use queues::{
    BatchMessage, DeliveryMessage, EditBatchMessage, ExtractMessage, Message, Queues, put_back_seconds,
};
pub use rates::{Ask, Rates, Window, Windows};
pub use secret::Secret;
pub use storages::{StorageRecord, Storages};
pub use tasks::{NewTask, TaskRecord, Tasks, Verdict, random_id};
pub use transaction::{Guard, Refusal, Transaction, TransactionError};
pub use uploads::{Pinned, UploadRecord, Uploads};
pub use usage::{Counted, Counters, Grain, Histogram, Usage};
pub use webhooks::{DeliveryRecord, Listening, News, SendPlace, Sent, WebhookRecord, Webhooks};

/// The clients and the names of what they reach. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pub dynamodb: aws_sdk_dynamodb::Client,
    pub sqs: Lazy<aws_sdk_sqs::Client>,
    pub s3: Lazy<aws_sdk_s3::Client>,
    pub names: Arc<Names>,
    /// Signs forms for uploads; `None` where the server itself takes them.
    pub forms: Option<FormSigner>,
    /// When this process began to have the store to itself: what calls from before left open, nobody works on any more. `None` where
    /// others share it.
    pub alone_since_ms: Option<i64>,
}

impl Store {
    pub fn keys(&self) -> Keys<'_> {
        Keys(self)
    }

    pub fn ledger(&self) -> Ledger<'_> {
        Ledger(self)
    }

    pub fn idempotency(&self) -> Idempotency<'_> {
        Idempotency(self)
    }

    pub fn tasks(&self) -> Tasks<'_> {
        Tasks(self)
    }

    pub fn jobs(&self) -> Jobs<'_> {
        Jobs(self)
    }

    pub fn edit_batches(&self) -> EditBatches<'_> {
        EditBatches(self)
    }

    pub fn batch_files(&self) -> BatchFiles<'_> {
        BatchFiles(self)
    }

    pub fn extractions(&self) -> Extractions<'_> {
        Extractions(self)
    }

    pub fn uploads(&self) -> Uploads<'_> {
        Uploads(self)
    }

    pub fn storages(&self) -> Storages<'_> {
        Storages(self)
    }

    pub fn webhooks(&self) -> Webhooks<'_> {
        Webhooks(self)
    }

    pub fn rates(&self) -> Rates<'_> {
        Rates(self)
    }

    pub fn logs(&self) -> Logs<'_> {
        Logs(self)
    }

    pub fn classifiers(&self) -> Classifiers<'_> {
        Classifiers(self)
    }

    pub fn cache(&self) -> Cache<'_> {
        Cache(self)
    }

    pub fn budget(&self) -> Budget<'_> {
        Budget(self)
    }

    pub fn usage(&self) -> Usage<'_> {
        Usage(self)
    }

    pub fn queues(&self) -> Queues<'_> {
        Queues(self)
    }

    pub fn results(&self) -> Results<'_> {
        Results(self)
    }

    pub fn transaction(&self) -> Transaction<'_> {
        Transaction::new(self)
    }
}
