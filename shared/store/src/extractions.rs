//! Extractions in the background: requests of extraction models, and calls that do not wait. Accepted → in work (under a lease) → done
//! or failed; the last transition carries the money, in one transaction.

mod models;
mod open;
mod report;
mod rows;

use contract::Credits;
use contract::resources::EXTRACTIONS;
use contract::tasks::TaskStatus;

use crate::item::text;
use crate::leases::{Leases, SHARDS, ended, opened};
use crate::transaction::Change;
use crate::{CallRow, Guard, Hold, Item, Store, StoreError, Transaction, TransactionError};

pub use models::{ModelRecord, NewModel};
pub use rows::Finding;

/// Bytes of a key that is looked for; DynamoDB refuses longer ones.
const LONGEST_KEY: usize = 1_024;

/// What an extraction is made of.
#[derive(Debug, Clone)]
pub struct NewExtraction {
    pub id: String,
    pub account: String,
    pub hold: Hold,
    pub source: Source,
    /// The request's model; `None`: a call with its own prompt.
    pub of: Option<OfModel>,
    /// Scheme and host of the call, for URLs in what is told of its end.
    pub base_url: String,
    pub created_at_ms: i64,
}

/// Where a worker finds what it reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// An object in the bucket of results: the picture of a request, or the body of a call.
    Object(String),
    Url(String),
}

/// What a request belongs to, and what is shown of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfModel {
    pub model: String,
    /// Which model of this id it was: another one may follow it.
    pub generation: String,
    pub image: Option<String>,
    pub payload: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ExtractionRecord {
    pub id: String,
    pub account: String,
    pub status: TaskStatus,
    pub hold: Hold,
    pub source: Source,
    pub of: Option<OfModel>,
    pub base_url: String,
    pub created_at_ms: i64,
    pub attempts: i64,
    pub lease: Option<String>,
    pub begun_at_ms: i64,
    /// Its place among the requests of its model, from 1.
    pub row: Option<i64>,
    /// What came of it: JSON of a request's data, the key of the object that holds a call's answer.
    pub answer: Option<String>,
    /// Why it failed.
    pub failure: Option<String>,
}

/// How an extraction ends.
#[derive(Debug, Clone)]
pub enum Outcome {
    Done {
        answer: String,
        /// What `q` finds it by.
        words: String,
        charge: Credits,
        images: i64,
        model: String,
    },
    Failed {
        sentence: String,
    },
}

#[derive(Debug)]
pub struct Extractions<'a>(pub(crate) &'a Store);

/// What open extractions are called in the index.
const OPEN: &str = "EXTRACTION";
/// Ended calls are forgotten after so many seconds, and requests that have no row.
const KEEP: i64 = 86_400;

fn key(id: &str) -> (String, String) {
    (format!("EXTRACTION#{id}"), "EXTRACTION".into())
}

fn shard(id: &str) -> u64 {
    id.bytes().fold(0, |sum: u64, byte| sum.wrapping_add(byte.into())) % SHARDS
}

impl NewExtraction {
    fn item(&self) -> Item {
        let (pk, sk) = key(&self.id);
        let item = self
            .hold
            .write(Item::new(pk, sk))
            .text("id", &self.id)
            .text("account", &self.account)
            .text("base_url", &self.base_url)
            .number("created_at", self.created_at_ms);
        let item = match &self.source {
            Source::Object(object) => item.text("source_object", object),
            Source::Url(url) => item.text("source_url", url),
        };
        let item = match &self.of {
            Some(of) => item
                .text("model_id", &of.model)
                .text("generation", &of.generation)
                .optional_text("image", of.image.as_deref())
                .optional_text("payload", of.payload.as_deref()),
            None => item,
        };
        opened(item, OPEN, shard(&self.id), self.created_at_ms)
    }
}

impl ExtractionRecord {
    fn read(item: &Item) -> Result<Self, StoreError> {
        let account = item.get_text("account")?.to_owned();
        let status = item.get_text("task_status")?;
        let own = |name: &str| item.find_text(name).map(str::to_owned);
        let of = match (own("model_id"), own("generation")) {
            (Some(model), Some(generation)) => {
                Some(OfModel { model, generation, image: own("image"), payload: own("payload") })
            }
            _ => None,
        };
        let source = match own("source_object") {
            Some(object) => Source::Object(object),
            None => Source::Url(item.get_text("source_url")?.to_owned()),
        };
        Ok(Self {
            id: item.get_text("id")?.into(),
            status: TaskStatus::parse(status)
                .ok_or_else(|| StoreError::malformed(format!("extraction status {status}")))?,
            hold: Hold::read(item, &account)?,
            source,
            of,
            base_url: own("base_url").unwrap_or_default(),
            created_at_ms: item.get_number("created_at")?,
            attempts: item.find_number("attempts").unwrap_or(0),
            lease: own("lease"),
            begun_at_ms: item.find_number("begun_at").unwrap_or(0),
            row: item.find_number("row_number"),
            answer: own("answer"),
            failure: own("failure"),
            account,
        })
    }
}

impl Extractions<'_> {
    fn leases(&self) -> Leases<'_> {
        Leases { store: self.0, table: &EXTRACTIONS }
    }

    /// Adds a new extraction to a transaction. Refused by [`Guard::Model`] where its model was deleted meanwhile.
    pub fn create(
        &self,
        transaction: &mut Transaction<'_>,
        extraction: &NewExtraction,
    ) -> Result<(), StoreError> {
        if let Some(of) = &extraction.of {
            let same = Change::default().when("generation = :generation").text(":generation", &of.generation);
            let model = models::key(&extraction.account, &of.model);
            transaction.check(Guard::Model, &EXTRACTIONS, model, same)?;
        }
        transaction.put_new(Guard::Extraction, &EXTRACTIONS, extraction.item())
    }

    /// An extraction of this account; another account's is `None`, at the cost of the same read.
    pub async fn find(&self, account: &str, id: &str) -> Result<Option<ExtractionRecord>, StoreError> {
        Ok(self.load(id).await?.filter(|extraction| extraction.account == account))
    }

    /// An extraction of any account, for workers.
    pub async fn load(&self, id: &str) -> Result<Option<ExtractionRecord>, StoreError> {
        self.item(key(id)).await?.map(|item| ExtractionRecord::read(&item)).transpose()
    }

    async fn item(&self, (pk, sk): (String, String)) -> Result<Option<Item>, StoreError> {
        if pk.len() > LONGEST_KEY {
            return Ok(None);
        }
        let call = self.0.dynamodb.get_item().table_name(self.0.names.table(&EXTRACTIONS));
        let found = call.key("pk", text(pk)).key("sk", text(sk)).consistent_read(true).send().await?;
        Ok(found.item.map(Item))
    }

    /// Takes an extraction to work on it until `until_ms`. `None`: it has ended, or another worker's lease is alive.
    pub async fn begin(
        &self,
        id: &str,
        lease: &str,
        now_ms: i64,
        until_ms: i64,
    ) -> Result<Option<ExtractionRecord>, StoreError> {
        let begun = self.leases().begin(key(id), lease, now_ms, until_ms).await?;
        begun.map(|item| ExtractionRecord::read(&item)).transpose()
    }

    /// Makes a lease last until `until_ms`. `false`: it is another's by now, or the extraction has ended.
    pub async fn renew(&self, id: &str, lease: &str, until_ms: i64) -> Result<bool, StoreError> {
        self.leases().renew(key(id), lease, until_ms).await
    }

    /// Gives an extraction back to the queue after a fault that may pass.
    pub async fn give_back(&self, id: &str, lease: &str, now_ms: i64) -> Result<(), StoreError> {
        self.leases().give_back(key(id), lease, now_ms).await
    }

    /// Ends an extraction, with its money, and tells the webhooks that listen. `lease`: the worker's own; `None` ends it whoever works on it (dead letter, sweep, deletion of
    /// its model). `false`: it had ended already, or the lease is another's; nothing was written.
    pub async fn end(
        &self,
        extraction: &ExtractionRecord,
        lease: Option<&str>,
        outcome: Outcome,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let told = self.told(extraction, &outcome).await?;
        let mut transaction = self.0.transaction();
        let mut set = Vec::new();
        let expires = (extraction.row.is_none()).then_some(now_ms / 1000 + KEEP);
        if expires.is_some() {
            set.push("expires = :expires");
        }
        let (mut change, charge) = match outcome {
            Outcome::Done { answer, words, charge, images, model } => {
                set.push("answer = :answer");
                if let (Some(of), Some(row)) = (&extraction.of, extraction.row) {
                    self.find_by(&mut transaction, &of.generation, row, words)?;
                }
                let usage = CallRow {
                    account: extraction.account.clone(),
                    key_id: extraction.hold.key_id.clone(),
                    at_ms: now_ms,
                    route: if extraction.of.is_some() { "request-create" } else { "extract-image" },
                    credits: charge,
                    images,
                    model: Some(model),
                    ..CallRow::default()
                };
                self.0.usage().charge_with(&mut transaction, &usage)?;
                (ended(TaskStatus::Done, lease, &set).text(":answer", answer), charge)
            }
            Outcome::Failed { sentence } => {
                set.push("failure = :failure");
                (ended(TaskStatus::Error, lease, &set).text(":failure", sentence), Credits::ZERO)
            }
        };
        if let Some(expires) = expires {
            change = change.number(":expires", expires);
        }
        transaction.update(Guard::Extraction, &EXTRACTIONS, key(&extraction.id), change)?;
        self.0.ledger().settle(&mut transaction, &extraction.hold, charge, now_ms)?;
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
