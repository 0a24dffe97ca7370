use contract::Credits;
use contract::tasks::TaskStatus;

use super::{LOOK_AFTER_MS, SPREAD, key};
use crate::{EditBatchMessage, Hold, Item, StoreError};

/// How far a batch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EditBatchPhase {
    /// Its folder is listed.
    Listing,
    Working,
    /// It is to stop; chunks in work are settled first.
    Cancelling,
    Done,
    Error,
    Cancelled,
}

impl EditBatchPhase {
    const ALL: [Self; 6] =
        [Self::Listing, Self::Working, Self::Cancelling, Self::Done, Self::Error, Self::Cancelled];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Listing => "listing",
            Self::Working => "working",
            Self::Cancelling => "cancelling",
            Self::Done => "done",
            Self::Error => "error",
            Self::Cancelled => "cancelled",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.name() == name)
    }

    /// As its owner is shown.
    pub const fn status(self) -> TaskStatus {
        match self {
            Self::Listing => TaskStatus::Accepted,
            Self::Working => TaskStatus::Processing,
            Self::Cancelling | Self::Cancelled => TaskStatus::Cancelled,
            Self::Done => TaskStatus::Done,
            Self::Error => TaskStatus::Error,
        }
    }

    pub const fn ended(self) -> bool {
        matches!(self, Self::Done | Self::Error | Self::Cancelled)
    }
}

/// What is to be worked on, and in which portions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listing {
    pub items: i64,
    /// Items of a chunk.
    pub chunk_items: u32,
}

impl Listing {
    pub fn chunks(self) -> u32 {
        let items = u64::try_from(self.items).unwrap_or(0);
        u32::try_from(items.div_ceil(self.chunk_items.max(1).into())).unwrap_or(u32::MAX)
    }
}

/// What a batch is made of.
#[derive(Debug, Clone)]
pub struct NewEditBatch {
    pub id: u64,
    pub account: String,
    pub key_id: String,
    /// Of the call that made it.
    pub request_id: String,
    /// Scheme, host and prefix of the call, for URLs in results.
    pub base_url: String,
    pub prefix: String,
    /// Of an item.
    pub price: Credits,
    /// `None`: a folder, which is yet to be listed.
    pub listing: Option<Listing>,
    pub created_at_ms: i64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct EditBatchRecord {
    pub id: u64,
    pub account: String,
    pub key_id: String,
    pub request_id: String,
    pub phase: EditBatchPhase,
    pub base_url: String,
    pub prefix: String,
    pub price: Credits,
    pub created_at_ms: i64,
    pub listing: Option<Listing>,
    /// Items with a result, items with an error, and chunks that are settled.
    pub done: i64,
    pub failed: i64,
    pub chunks_done: i64,
    pub charged: Credits,
    /// JSON of what ended the batch as a whole.
    pub errors: Option<String>,
}

impl EditBatchRecord {
    pub fn new(batch: NewEditBatch) -> Self {
        let phase = match batch.listing {
            Some(_) => EditBatchPhase::Working,
            None => EditBatchPhase::Listing,
        };
        Self {
            id: batch.id,
            account: batch.account,
            key_id: batch.key_id,
            request_id: batch.request_id,
            phase,
            base_url: batch.base_url,
            prefix: batch.prefix,
            price: batch.price,
            created_at_ms: batch.created_at_ms,
            listing: batch.listing,
            done: 0,
            failed: 0,
            chunks_done: 0,
            charged: Credits::ZERO,
            errors: None,
        }
    }

    /// For work on a chunk, or a look at the batch itself.
    pub fn message(&self, chunk: Option<u32>) -> EditBatchMessage {
        EditBatchMessage { batch: self.id, chunk, account: self.account.clone(), waited: 0 }
    }

    pub fn chunks(&self) -> u32 {
        self.listing.map_or(0, Listing::chunks)
    }

    /// The hold for so many items of a chunk.
    pub(super) fn hold(&self, number: u32, items: u32, now_ms: i64) -> Hold {
        let amount = Credits::from_micro(self.price.micro().saturating_mul(items.into()));
        let request_id = format!("{}-{number:06}", self.request_id);
        Hold::of(&self.account, &self.key_id, &request_id, amount, now_ms)
    }

    pub(super) fn item(&self) -> Item {
        let (pk, sk) = key(self.id);
        let listing = self.listing;
        Item::new(pk, sk)
            .text("id", self.id.to_string())
            .text("account", &self.account)
            .text("key_id", &self.key_id)
            .text("request_id", &self.request_id)
            .text("phase", self.phase.name())
            .text("base_url", &self.base_url)
            .text("prefix", &self.prefix)
            .number("price", self.price.micro())
            .number("created_at", self.created_at_ms)
            .optional_number("item_count", listing.map(|listing| listing.items))
            .optional_number("chunk_items", listing.map(|listing| listing.chunk_items.into()))
            .optional_number("chunk_count", listing.map(|listing| listing.chunks().into()))
            .text("open_pk", format!("EDITBATCH#{}", self.id % SPREAD))
            .number("open_at", self.created_at_ms + LOOK_AFTER_MS)
    }

    pub(super) fn read(item: &Item) -> Result<Self, StoreError> {
        let phase = item.get_text("phase")?;
        let number = |name| item.find_number(name).unwrap_or(0);
        Ok(Self {
            id: item.get_text("id")?.parse().map_err(|_| StoreError::malformed("batch id"))?,
            account: item.get_text("account")?.into(),
            key_id: item.get_text("key_id")?.into(),
            request_id: item.get_text("request_id")?.into(),
            phase: EditBatchPhase::parse(phase)
                .ok_or_else(|| StoreError::malformed(format!("phase {phase}")))?,
            base_url: item.get_text("base_url")?.into(),
            prefix: item.get_text("prefix")?.into(),
            price: item.credits("price"),
            created_at_ms: item.get_number("created_at")?,
            listing: read_listing(item)?,
            done: number("done_items"),
            failed: number("failed_items"),
            chunks_done: number("chunks_done"),
            charged: item.credits("charged"),
            errors: item.find_text("edit_errors").map(str::to_owned),
        })
    }
}

fn read_listing(item: &Item) -> Result<Option<Listing>, StoreError> {
    let Some(items) = item.find_number("item_count") else { return Ok(None) };
    let chunk_items = u32::try_from(item.get_number("chunk_items")?);
    let chunk_items = chunk_items.map_err(|_| StoreError::malformed("items of a chunk"))?;
    Ok(Some(Listing { items, chunk_items }))
}
