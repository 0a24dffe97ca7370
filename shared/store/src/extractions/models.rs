//! Extraction models. An item a model, and a small one for the list. A deleted model leaves an item that says whose rows are to go, until
//! they are gone.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, WriteRequest};
use contract::extraction::Turn;
use contract::resources::EXTRACTIONS;
use contract::tasks::TaskStatus;

use super::rows::rows;
use super::{ExtractionRecord, Extractions, Outcome};
use crate::item::text;
use crate::leases::opened;
use crate::transaction::Change;
use crate::{Guard, Item, StoreError, Transaction};

/// What a model is made of.
#[derive(Debug, Clone)]
pub struct NewModel {
    pub account: String,
    pub id: String,
    pub name: String,
    pub prompt: String,
    /// JSON.
    pub schema: Option<String>,
    pub created_at_ms: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelRecord {
    pub account: String,
    pub id: String,
    pub generation: String,
    pub name: String,
    pub prompt: String,
    pub schema: Option<String>,
    pub created_at_ms: i64,
    /// Requests it has had.
    pub rows: i64,
}

/// What deleted models are called in the index.
pub(super) const GONE: &str = "GONE";
/// Rows that are removed together: two items each, of which DynamoDB writes 25 at once.
const REMOVED: i32 = 12;

pub(super) fn key(account: &str, id: &str) -> (String, String) {
    (format!("MODEL#{account}#{id}"), "MODEL".into())
}

fn listed(account: &str) -> String {
    format!("MODELS#{account}")
}

fn listed_key(model: &ModelRecord) -> (String, String) {
    (listed(&model.account), format!("{:013}#{}", model.created_at_ms, model.id))
}

pub(super) fn gone_key(generation: &str) -> (String, String) {
    (format!("GONE#{generation}"), "GONE".into())
}

impl ModelRecord {
    pub fn new(model: NewModel, generation: String) -> Self {
        let NewModel { account, id, name, prompt, schema, created_at_ms } = model;
        Self { account, id, generation, name, prompt, schema, created_at_ms, rows: 0 }
    }

    fn item(&self) -> Item {
        let (pk, sk) = key(&self.account, &self.id);
        Item::new(pk, sk)
            .text("account", &self.account)
            .text("id", &self.id)
            .text("generation", &self.generation)
            .text("model_name", &self.name)
            .text("prompt", &self.prompt)
            .optional_text("answer_schema", self.schema.as_deref())
            .number("created_at", self.created_at_ms)
            .number("row_count", 0)
    }

    fn read(item: &Item) -> Result<Self, StoreError> {
        let own = |name: &str| item.get_text(name).map(str::to_owned);
        Ok(Self {
            account: own("account")?,
            id: own("id")?,
            generation: own("generation")?,
            name: own("model_name")?,
            prompt: own("prompt")?,
            schema: item.find_text("answer_schema").map(str::to_owned),
            created_at_ms: item.get_number("created_at")?,
            rows: item.get_number("row_count")?,
        })
    }
}

impl Extractions<'_> {
    /// Adds a new model to a transaction. Refused by [`Guard::Model`] where there is one of this id.
    pub fn create_model(
        &self,
        transaction: &mut Transaction<'_>,
        model: &ModelRecord,
    ) -> Result<(), StoreError> {
        transaction.put_new(Guard::Model, &EXTRACTIONS, model.item())?;
        let (pk, sk) = listed_key(model);
        let item = Item::new(pk, sk).text("id", &model.id);
        transaction.put(Guard::None, &EXTRACTIONS, item, Change::default())
    }

    pub async fn model(&self, account: &str, id: &str) -> Result<Option<ModelRecord>, StoreError> {
        self.item(key(account, id)).await?.map(|item| ModelRecord::read(&item)).transpose()
    }

    /// How many models an account has.
    pub async fn count_models(&self, account: &str) -> Result<usize, StoreError> {
        Ok(self.model_ids(account).await?.len())
    }

    /// A page of an account's models, newest first, and how many there are of all.
    pub async fn models(&self, account: &str, turn: Turn) -> Result<(Vec<ModelRecord>, u64), StoreError> {
        let ids = self.model_ids(account).await?;
        let skipped = usize::try_from(turn.skipped()).unwrap_or(usize::MAX);
        let page: Vec<&String> = ids.iter().skip(skipped).take(turn.size as usize).collect();
        let items = self.read_all(page.iter().map(|id| key(account, id)).collect()).await?;
        let models = items.iter().map(ModelRecord::read).collect::<Result<Vec<_>, _>>()?;
        let mut models: HashMap<String, ModelRecord> =
            models.into_iter().map(|model| (model.id.clone(), model)).collect();
        Ok((page.into_iter().filter_map(|id| models.remove(id)).collect(), ids.len() as u64))
    }

    /// Newest first.
    async fn model_ids(&self, account: &str) -> Result<Vec<String>, StoreError> {
        let call = self.0.dynamodb.query().table_name(self.0.names.table(&EXTRACTIONS));
        let mut items = call
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text(listed(account)))
            .scan_index_forward(false)
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let mut ids = Vec::new();
        while let Some(item) = items.next().await {
            ids.push(Item(item?).get_text("id")?.to_owned());
        }
        Ok(ids)
    }

    /// Adds the deletion of a model to a transaction: from then on it is unknown, and its rows are to go.
    pub fn delete_model(
        &self,
        transaction: &mut Transaction<'_>,
        model: &ModelRecord,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        transaction.delete(&EXTRACTIONS, key(&model.account, &model.id))?;
        transaction.delete(&EXTRACTIONS, listed_key(model))?;
        let (pk, sk) = gone_key(&model.generation);
        let item = Item::new(pk, sk).text("id", &model.generation).text("account", &model.account);
        transaction.put_new(Guard::None, &EXTRACTIONS, opened(item, GONE, 0, now_ms))
    }

    /// Removes rows of a deleted model, and ends what of them is still open. `true`: there are none left. `on_object`: gets the keys of
    /// objects that nothing names any more.
    pub async fn purge(
        &self,
        generation: &str,
        now_ms: i64,
        on_object: &mut (dyn FnMut(String) + Send),
    ) -> Result<bool, StoreError> {
        let call = self.0.dynamodb.query().table_name(self.0.names.table(&EXTRACTIONS));
        let page = call
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text(rows(generation)))
            .limit(REMOVED)
            .consistent_read(true)
            .send()
            .await?;
        let found: Vec<Item> = page.items.unwrap_or_default().into_iter().map(Item).collect();
        if found.is_empty() {
            let (pk, sk) = gone_key(generation);
            let call = self.0.dynamodb.delete_item().table_name(self.0.names.table(&EXTRACTIONS));
            call.key("pk", text(pk)).key("sk", text(sk)).send().await?;
            return Ok(true);
        }
        let ids = found.iter().map(|item| item.get_text("id").map(str::to_owned));
        let ids = ids.collect::<Result<Vec<_>, _>>()?;
        for extraction in self.load_all(&ids).await? {
            self.end_with_model(&extraction, now_ms).await?;
            if let super::Source::Object(object) = extraction.source {
                on_object(object);
            }
        }
        let mut keys: Vec<(String, String)> = ids.iter().map(|id| super::key(id)).collect();
        for item in &found {
            keys.push((rows(generation), item.get_text("sk")?.to_owned()));
        }
        self.remove(keys).await?;
        Ok(false)
    }

    async fn end_with_model(&self, extraction: &ExtractionRecord, now_ms: i64) -> Result<(), StoreError> {
        if matches!(extraction.status, TaskStatus::Accepted | TaskStatus::Processing) {
            let sentence = "The model was deleted. Nothing was charged.".to_owned();
            self.end(extraction, None, Outcome::Failed { sentence }, now_ms).await?;
        }
        Ok(())
    }

    /// Removes an extraction that has ended and belongs to nothing any more.
    pub async fn forget(&self, id: &str) -> Result<(), StoreError> {
        self.remove(vec![super::key(id)]).await
    }

    async fn remove(&self, keys: Vec<(String, String)>) -> Result<(), StoreError> {
        let mut writes = Vec::with_capacity(keys.len());
        for (pk, sk) in keys {
            let key: HashMap<String, AttributeValue> =
                HashMap::from([("pk".into(), text(pk)), ("sk".into(), text(sk))]);
            let delete = DeleteRequest::builder().set_key(Some(key)).build()?;
            writes.push(WriteRequest::builder().delete_request(delete).build());
        }
        let call = self.0.dynamodb.batch_write_item();
        let written = call.request_items(self.0.names.table(&EXTRACTIONS), writes).send().await?;
        if written.unprocessed_items.is_some_and(|left| !left.is_empty()) {
            return Err(StoreError::Unavailable("rows of a deleted model were left".into()));
        }
        Ok(())
    }
}
