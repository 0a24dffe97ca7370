//! The requests of a model in the order of their numbers, without a gap, so that any page of them is one read. A request gets its number
//! after it was accepted, in a transaction of its own: `place` may be repeated, and the worker does so before it works.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use contract::extraction::Turn;
use contract::resources::EXTRACTIONS;
use futures::future::try_join_all;
use rand::Rng;

use super::{ExtractionRecord, Extractions, ModelRecord, key};
use crate::item::{number, text};
use crate::transaction::Change;
use crate::{Guard, Item, StoreError, Transaction, TransactionError};

/// A page of requests, and how many there are of all.
#[derive(Debug, Clone, Default)]
pub struct Finding {
    pub extractions: Vec<ExtractionRecord>,
    pub total: u64,
}

/// Others take the next number at the same time: so often it is tried again.
const TRIES: u32 = 40;
const LONGEST_PAUSE_MS: u64 = 200;
/// A search reads so many ranges of rows at the same time.
const RANGES: i64 = 8;
/// Items DynamoDB reads at once.
const READ: usize = 100;

pub(super) fn rows(generation: &str) -> String {
    format!("ROWS#{generation}")
}

pub(super) fn row(number: i64) -> String {
    format!("{number:012}")
}

impl Extractions<'_> {
    /// Gives a request its number among those of its model. `None`: the model is gone.
    pub async fn place(&self, extraction: &ExtractionRecord) -> Result<Option<i64>, StoreError> {
        let Some(of) = &extraction.of else { return Ok(None) };
        if extraction.row.is_some() {
            return Ok(extraction.row);
        }
        for tried in 0..TRIES {
            let Some(model) = self.model(&extraction.account, &of.model).await? else { return Ok(None) };
            if model.generation != of.generation {
                return Ok(None);
            }
            let next = model.rows + 1;
            let mut transaction = self.0.transaction();
            self.count(&mut transaction, &model)?;
            let set = Change::new("SET row_number = :next").when("attribute_not_exists(row_number)");
            let set = set.number(":next", next);
            transaction.update(Guard::Extraction, &EXTRACTIONS, key(&extraction.id), set)?;
            let item = Item::new(rows(&of.generation), row(next)).text("id", &extraction.id);
            transaction.put_new(Guard::None, &EXTRACTIONS, item)?;
            match transaction.commit().await {
                Ok(()) => return Ok(Some(next)),
                Err(error) if error.refused_by(Guard::Extraction).is_some() => {
                    return Ok(self.load(&extraction.id).await?.and_then(|extraction| extraction.row));
                }
                Err(TransactionError::Refused(_)) => {}
                Err(TransactionError::Store(error)) => return Err(error),
            }
            let longest = LONGEST_PAUSE_MS.min(5 << tried.min(10));
            let pause = rand::rng().random_range(0..=longest);
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
        Err(StoreError::Unavailable("a request found no place among those of its model".into()))
    }

    /// Adds what a row is found by to a transaction.
    pub(super) fn find_by(
        &self,
        transaction: &mut Transaction<'_>,
        generation: &str,
        number: i64,
        words: String,
    ) -> Result<(), StoreError> {
        let change = Change::new("SET words = :words").when("attribute_exists(pk)").text(":words", words);
        transaction.update(Guard::Model, &EXTRACTIONS, (rows(generation), row(number)), change)
    }

    /// A page of a model's requests, newest first.
    pub async fn page(&self, model: &ModelRecord, turn: Turn) -> Result<Finding, StoreError> {
        let total = u64::try_from(model.rows).unwrap_or(0);
        if turn.skipped() >= total {
            return Ok(Finding { extractions: Vec::new(), total });
        }
        let last = model.rows - i64::try_from(turn.skipped()).unwrap_or(i64::MAX);
        let first = (last - i64::from(turn.size) + 1).max(1);
        let ids = self.ids(&model.generation, (first, last), None).await?;
        Ok(Finding { extractions: self.load_all(&ids).await?, total })
    }

    /// A page of those whose words have this in them, newest first. It reads all rows.
    pub async fn search(&self, model: &ModelRecord, wanted: &str, turn: Turn) -> Result<Finding, StoreError> {
        let wanted = wanted.to_lowercase();
        let length = (model.rows + RANGES - 1) / RANGES;
        let ranges =
            (0..RANGES).rev().map(|range| (range * length + 1, ((range + 1) * length).min(model.rows)));
        let ranges = ranges.filter(|(first, last)| first <= last);
        let found = ranges.map(|range| self.ids(&model.generation, range, Some(&wanted)));
        let found: Vec<String> = try_join_all(found).await?.into_iter().flatten().collect();
        let skipped = usize::try_from(turn.skipped()).unwrap_or(usize::MAX);
        let page: Vec<String> = found.iter().skip(skipped).take(turn.size as usize).cloned().collect();
        Ok(Finding { extractions: self.load_all(&page).await?, total: found.len() as u64 })
    }

    /// Ids of rows between two numbers, newest first; of those with the words that are wanted.
    async fn ids(
        &self,
        generation: &str,
        (first, last): (i64, i64),
        wanted: Option<&str>,
    ) -> Result<Vec<String>, StoreError> {
        let mut call = self
            .0
            .dynamodb
            .query()
            .table_name(self.0.names.table(&EXTRACTIONS))
            .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :last")
            .projection_expression("id")
            .scan_index_forward(false)
            .expression_attribute_values(":pk", text(rows(generation)))
            .expression_attribute_values(":first", text(row(first)))
            .expression_attribute_values(":last", text(row(last)));
        if let Some(wanted) = wanted {
            call = call
                .filter_expression("contains(words, :wanted)")
                .expression_attribute_values(":wanted", text(wanted));
        }
        let mut items = call.into_paginator().items().send();
        let mut ids = Vec::new();
        while let Some(item) = items.next().await {
            ids.push(Item(item?).get_text("id")?.to_owned());
        }
        Ok(ids)
    }

    /// Extractions by their ids, in that order; what is gone is left out.
    pub(super) async fn load_all(&self, ids: &[String]) -> Result<Vec<ExtractionRecord>, StoreError> {
        let mut found: HashMap<String, ExtractionRecord> = HashMap::new();
        for ids in ids.chunks(READ) {
            for item in self.read_all(ids.iter().map(|id| key(id)).collect()).await? {
                let extraction = ExtractionRecord::read(&item)?;
                found.insert(extraction.id.clone(), extraction);
            }
        }
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// Items by their keys, in any order; at most 100.
    pub(super) async fn read_all(&self, keys: Vec<(String, String)>) -> Result<Vec<Item>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let keys = keys
            .into_iter()
            .map(|(pk, sk)| HashMap::from([("pk".into(), text(pk)), ("sk".into(), text(sk))]));
        let wanted =
            KeysAndAttributes::builder().set_keys(Some(keys.collect())).consistent_read(true).build()?;
        let mut left = HashMap::from([(self.0.names.table(&EXTRACTIONS).to_owned(), wanted)]);
        let mut found = Vec::new();
        let mut pause = Duration::from_millis(5);
        while !left.is_empty() {
            let answer = self.0.dynamodb.batch_get_item().set_request_items(Some(left)).send().await?;
            found.extend(answer.responses.into_iter().flatten().flat_map(|(_, items)| items).map(Item));
            left = answer.unprocessed_keys.unwrap_or_default();
            if !left.is_empty() {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(1));
            }
        }
        Ok(found)
    }

    /// Adds the counting of one more request of a model. Refused by [`Guard::Model`] where another was faster.
    fn count(&self, transaction: &mut Transaction<'_>, model: &ModelRecord) -> Result<(), StoreError> {
        let mut change =
            Change::new("SET row_count = :next").when("row_count = :rows AND generation = :generation");
        change.values = HashMap::from([
            (":next".into(), number(model.rows + 1)),
            (":rows".into(), number(model.rows)),
            (":generation".into(), AttributeValue::S(model.generation.clone())),
        ]);
        transaction.update(Guard::Model, &EXTRACTIONS, super::models::key(&model.account, &model.id), change)
    }
}
