//! Asynchronous tasks. ACCEPTED → PROCESSING (under a lease) → DONE, ERROR or CANCELLED; the last transition carries the
//! money, in one transaction.

mod open;
mod report;

use contract::Credits;
use contract::resources::TASKS;
use contract::tasks::TaskStatus;
use rand::Rng;

use crate::item::text;
use crate::leases::{Leases, SHARDS, ended, opened};
use crate::{CallRow, Guard, Hold, Item, Store, StoreError, Transaction, TransactionError};

/// What a task is made of.
#[derive(Debug, Clone)]
pub struct NewTask {
    pub account: String,
    pub hold: Hold,
    /// The body as it was sent, JSON.
    pub request: String,
    /// Scheme, host and prefix of the call, for URLs in the result.
    pub base_url: String,
    pub prefix: String,
    pub created_at_ms: i64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TaskRecord {
    pub id: u64,
    pub account: String,
    pub status: TaskStatus,
    pub request: String,
    pub base_url: String,
    pub prefix: String,
    pub created_at_ms: i64,
    pub hold: Hold,
    /// How often a worker has begun it.
    pub attempts: i64,
    pub lease: Option<String>,
    /// When the worker that holds the lease began.
    pub begun_at_ms: i64,
    /// JSON of the result and of the list of errors, once it has ended.
    pub result: Option<String>,
    pub errors: Option<String>,
    /// Key of the stored result.
    pub object: Option<String>,
}

/// How a task ends.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// `object`: of the bucket of results; `None` where the result went to a storage of the caller's.
    Done {
        result: String,
        object: Option<String>,
        charge: Credits,
    },
    Error {
        errors: String,
    },
    Cancelled,
}

#[derive(Debug)]
pub struct Tasks<'a>(pub(crate) &'a Store);

/// Ended tasks are forgotten after this many seconds.
const KEEP: i64 = 30 * 86_400;
/// What open tasks are called in the index.
const OPEN: &str = "TASK";

/// A fresh id: 53 random bits, so that it is exact as a JSON number and not guessable in sequence.
pub fn random_id() -> u64 {
    rand::rng().random_range(1..(1 << 53))
}

fn key(id: u64) -> (String, String) {
    (format!("TASK#{id}"), "TASK".into())
}

impl TaskRecord {
    pub fn new(task: NewTask) -> Self {
        Self {
            id: random_id(),
            account: task.account,
            status: TaskStatus::Accepted,
            request: task.request,
            base_url: task.base_url,
            prefix: task.prefix,
            created_at_ms: task.created_at_ms,
            hold: task.hold,
            attempts: 0,
            lease: None,
            begun_at_ms: 0,
            result: None,
            errors: None,
            object: None,
        }
    }

    fn item(&self) -> Item {
        let (pk, sk) = key(self.id);
        let item = self
            .hold
            .write(Item::new(pk, sk))
            .text("id", self.id.to_string())
            .text("account", &self.account)
            .text("request", &self.request)
            .text("base_url", &self.base_url)
            .text("prefix", &self.prefix)
            .number("created_at", self.created_at_ms);
        opened(item, OPEN, self.id % SHARDS, self.created_at_ms)
    }

    fn read(item: &Item) -> Result<Self, StoreError> {
        let account = item.get_text("account")?.to_owned();
        let status = item.get_text("task_status")?;
        Ok(Self {
            id: item.get_text("id")?.parse().map_err(|_| StoreError::malformed("task id"))?,
            status: TaskStatus::parse(status)
                .ok_or_else(|| StoreError::malformed(format!("task status {status}")))?,
            request: item.get_text("request")?.into(),
            base_url: item.get_text("base_url")?.into(),
            prefix: item.get_text("prefix")?.into(),
            created_at_ms: item.get_number("created_at")?,
            hold: Hold::read(item, &account)?,
            attempts: item.find_number("attempts").unwrap_or(0),
            lease: item.find_text("lease").map(str::to_owned),
            begun_at_ms: item.find_number("begun_at").unwrap_or(0),
            result: item.find_text("edit_result").map(str::to_owned),
            errors: item.find_text("edit_errors").map(str::to_owned),
            object: item.find_text("object_key").map(str::to_owned),
            account,
        })
    }
}

impl Tasks<'_> {
    /// Adds a new task to a transaction.
    pub fn create(&self, transaction: &mut Transaction<'_>, task: &TaskRecord) -> Result<(), StoreError> {
        transaction.put_new(Guard::Task, &TASKS, task.item())
    }

    /// A task of this account; another account's is `None`, at the cost of the same read.
    pub async fn find(&self, account: &str, id: u64) -> Result<Option<TaskRecord>, StoreError> {
        Ok(self.load(id).await?.filter(|task| task.account == account))
    }

    /// A task of any account, for workers.
    pub async fn load(&self, id: u64) -> Result<Option<TaskRecord>, StoreError> {
        let (pk, sk) = key(id);
        let call = self
            .0
            .dynamodb
            .get_item()
            .table_name(self.0.names.table(&TASKS))
            .key("pk", text(pk))
            .key("sk", text(sk));
        call.consistent_read(true).send().await?.item.map(|item| TaskRecord::read(&Item(item))).transpose()
    }

    fn leases(&self) -> Leases<'_> {
        Leases { store: self.0, table: &TASKS }
    }

    /// Takes a task to work on it until `until_ms`. `None`: it has ended, or another worker's lease is alive.
    pub async fn begin(
        &self,
        id: u64,
        lease: &str,
        now_ms: i64,
        until_ms: i64,
    ) -> Result<Option<TaskRecord>, StoreError> {
        let begun = self.leases().begin(key(id), lease, now_ms, until_ms).await?;
        begun.map(|item| TaskRecord::read(&item)).transpose()
    }

    /// Gives a task back to the queue after a fault that may pass.
    pub async fn give_back(&self, id: u64, lease: &str, now_ms: i64) -> Result<(), StoreError> {
        self.leases().give_back(key(id), lease, now_ms).await
    }

    /// Ends a task, with its money, and tells the webhooks that listen. `lease`: the worker's own; `None` ends it whoever works on it (cancel, dead letter, sweep).
    /// `false`: it had ended already, or the lease is another's; nothing was written.
    pub async fn end(
        &self,
        task: &TaskRecord,
        lease: Option<&str>,
        verdict: Verdict,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let told = self.told(task, &verdict).await?;
        let mut transaction = self.0.transaction();
        let ledger = self.0.ledger();
        let (status, charge) = match &verdict {
            Verdict::Done { charge, .. } => (TaskStatus::Done, *charge),
            Verdict::Error { .. } => (TaskStatus::Error, Credits::ZERO),
            Verdict::Cancelled => (TaskStatus::Cancelled, Credits::ZERO),
        };
        let expires = now_ms / 1000 + KEEP;
        let change = match verdict {
            Verdict::Done { result, object: Some(object), .. } => {
                let set = ["expires = :expires", "edit_result = :result", "object_key = :object"];
                ended(status, lease, &set).text(":result", result).text(":object", object)
            }
            Verdict::Done { result, object: None, .. } => {
                let set = ["expires = :expires", "edit_result = :result"];
                ended(status, lease, &set).text(":result", result)
            }
            Verdict::Error { errors } => {
                let set = ["expires = :expires", "edit_errors = :errors"];
                ended(status, lease, &set).text(":errors", errors)
            }
            Verdict::Cancelled => ended(status, lease, &["expires = :expires"]),
        };
        let change = change.number(":expires", expires);
        if charge > Credits::ZERO {
            let charged = CallRow {
                account: task.account.clone(),
                key_id: task.hold.key_id.clone(),
                at_ms: now_ms,
                route: "image-edit-async",
                credits: charge,
                images: 1,
                ..CallRow::default()
            };
            self.0.usage().charge_with(&mut transaction, &charged)?;
        }
        transaction.update(Guard::Task, &TASKS, key(task.id), change)?;
        ledger.settle(&mut transaction, &task.hold, charge, now_ms)?;
        let messages = match &told {
            Some((listening, news)) => {
                self.0.webhooks().announce(&mut transaction, listening, news, now_ms)?
            }
            None => Vec::new(),
        };
        match transaction.commit().await {
            Ok(()) => self.0.webhooks().send(&messages).await,
            Err(TransactionError::Refused(_)) => return Ok(false),
            Err(TransactionError::Store(error)) => return Err(error),
        }
        Ok(true)
    }
}
