//! Several conditional writes that happen together or not at all, each under a name, so that a refusal tells what it was.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
    Update,
};
use contract::resources::Table;
use rand::Rng;

use crate::item::{number, text};
use crate::{Item, Store, StoreError};

/// Which condition a write carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    Balance,
    SpendCap,
    Hold,
    Idempotency,
    Task,
    Job,
    Shard,
    /// The one job of an account that is processed.
    Active,
    Key,
    Account,
    Classifier,
    Extraction,
    Model,
    /// The uploads of an account of a day.
    UploadQuota,
    Upload,
    Storage,
    /// The name of a storage.
    StorageName,
    /// How many an account has.
    StorageCount,
    Webhook,
    /// How many an account has.
    WebhookCount,
    Delivery,
    /// No condition of its own.
    None,
}

#[derive(Debug, thiserror::Error)]
pub enum TransactionError {
    /// A condition did not hold; nothing was written.
    #[error("refused: {0:?}")]
    Refused(Vec<Refusal>),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A condition that did not hold, and the item as it stands.
#[derive(Debug, Clone)]
pub struct Refusal {
    pub guard: Guard,
    pub found: Option<Item>,
}

impl TransactionError {
    /// Whether this guard was among those that refused.
    pub fn refused_by(&self, guard: Guard) -> Option<&Refusal> {
        match self {
            Self::Refused(refusals) => refusals.iter().find(|refusal| refusal.guard == guard),
            Self::Store(_) => None,
        }
    }
}

/// Conflicting transactions are tried again this often, with full jitter.
const TRIES: u32 = 8;
const FIRST_PAUSE_MS: u64 = 10;

#[derive(Debug)]
pub struct Transaction<'a> {
    store: &'a Store,
    writes: Vec<TransactWriteItem>,
    guards: Vec<Guard>,
}

/// An update under construction: expression, condition and values.
#[derive(Debug, Default)]
pub(crate) struct Change {
    pub expression: String,
    pub condition: Option<String>,
    pub values: HashMap<String, AttributeValue>,
}

impl Change {
    pub fn new(expression: impl Into<String>) -> Self {
        Self { expression: expression.into(), ..Self::default() }
    }

    pub fn when(mut self, condition: impl Into<String>) -> Self {
        self.condition = Some(condition.into());
        self
    }

    pub fn text(mut self, name: &str, value: impl Into<String>) -> Self {
        self.values.insert(name.into(), text(value));
        self
    }

    pub fn number(mut self, name: &str, value: i64) -> Self {
        self.values.insert(name.into(), number(value));
        self
    }

    fn values(self) -> (String, Option<String>, Option<HashMap<String, AttributeValue>>) {
        (self.expression, self.condition, (!self.values.is_empty()).then_some(self.values))
    }
}

impl<'a> Transaction<'a> {
    pub(crate) fn new(store: &'a Store) -> Self {
        Self { store, writes: Vec::new(), guards: Vec::new() }
    }

    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }

    pub(crate) fn put(
        &mut self,
        guard: Guard,
        table: &Table,
        item: Item,
        change: Change,
    ) -> Result<(), StoreError> {
        let (_, condition, values) = change.values();
        let put = Put::builder()
            .table_name(self.store.names.table(table))
            .set_item(Some(item.0))
            .set_condition_expression(condition)
            .set_expression_attribute_values(values)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()?;
        self.push(guard, TransactWriteItem::builder().put(put).build());
        Ok(())
    }

    /// Puts an item whose key must be free.
    pub(crate) fn put_new(&mut self, guard: Guard, table: &Table, item: Item) -> Result<(), StoreError> {
        self.put(guard, table, item, Change::default().when("attribute_not_exists(pk)"))
    }

    pub(crate) fn update(
        &mut self,
        guard: Guard,
        table: &Table,
        key: (String, String),
        change: Change,
    ) -> Result<(), StoreError> {
        let (expression, condition, values) = change.values();
        let update = Update::builder()
            .table_name(self.store.names.table(table))
            .key("pk", text(key.0))
            .key("sk", text(key.1))
            .update_expression(expression)
            .set_condition_expression(condition)
            .set_expression_attribute_values(values)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()?;
        self.push(guard, TransactWriteItem::builder().update(update).build());
        Ok(())
    }

    /// Changes nothing; refuses the transaction where the condition of `change` does not hold.
    pub(crate) fn check(
        &mut self,
        guard: Guard,
        table: &Table,
        key: (String, String),
        change: Change,
    ) -> Result<(), StoreError> {
        let (_, condition, values) = change.values();
        let check = ConditionCheck::builder()
            .table_name(self.store.names.table(table))
            .key("pk", text(key.0))
            .key("sk", text(key.1))
            .set_condition_expression(condition)
            .set_expression_attribute_values(values)
            .build()?;
        self.push(guard, TransactWriteItem::builder().condition_check(check).build());
        Ok(())
    }

    pub(crate) fn delete(&mut self, table: &Table, key: (String, String)) -> Result<(), StoreError> {
        self.delete_when(Guard::None, table, key, Change::default())
    }

    /// Deletes an item if the condition of `change` holds.
    pub(crate) fn delete_when(
        &mut self,
        guard: Guard,
        table: &Table,
        key: (String, String),
        change: Change,
    ) -> Result<(), StoreError> {
        let (_, condition, values) = change.values();
        let delete = Delete::builder()
            .table_name(self.store.names.table(table))
            .key("pk", text(key.0))
            .key("sk", text(key.1))
            .set_condition_expression(condition)
            .set_expression_attribute_values(values)
            .build()?;
        self.push(guard, TransactWriteItem::builder().delete(delete).build());
        Ok(())
    }

    fn push(&mut self, guard: Guard, write: TransactWriteItem) {
        self.writes.push(write);
        self.guards.push(guard);
    }

    /// Commits all writes or none. Conflicts with other transactions are tried again; a refusal is final.
    pub async fn commit(self) -> Result<(), TransactionError> {
        if self.writes.is_empty() {
            return Ok(());
        }
        let mut pause = FIRST_PAUSE_MS;
        for tried in 1.. {
            let call =
                self.store.dynamodb.transact_write_items().set_transact_items(Some(self.writes.clone()));
            let error = match call.send().await {
                Ok(_) => return Ok(()),
                Err(error) => error,
            };
            let refusals = error.as_service_error().map(|error| self.refusals(error)).unwrap_or_default();
            if !refusals.is_empty() {
                return Err(TransactionError::Refused(refusals));
            }
            if tried >= TRIES || !error.as_service_error().is_some_and(is_conflict) {
                return Err(StoreError::from(error).into());
            }
            let wait = rand::rng().random_range(0..=pause);
            tokio::time::sleep(Duration::from_millis(wait)).await;
            pause *= 2;
        }
        Ok(())
    }

    fn refusals(&self, error: &TransactWriteItemsError) -> Vec<Refusal> {
        let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else {
            return Vec::new();
        };
        let reasons = cancelled.cancellation_reasons().iter().zip(&self.guards);
        reasons
            .filter(|(reason, _)| reason.code() == Some("ConditionalCheckFailed"))
            .map(|(reason, guard)| Refusal { guard: *guard, found: reason.item().cloned().map(Item) })
            .collect()
    }
}

fn is_conflict(error: &TransactWriteItemsError) -> bool {
    match error {
        TransactWriteItemsError::TransactionCanceledException(cancelled) => {
            cancelled.cancellation_reasons().iter().any(|reason| {
                matches!(
                    reason.code(),
                    Some("TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded")
                )
            })
        }
        TransactWriteItemsError::TransactionInProgressException(_) => true,
        _ => false,
    }
}
