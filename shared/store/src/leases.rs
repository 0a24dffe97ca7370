//! What workers take for a while: accepted, in work under a lease, ended. Its state is in `task_status`, and while it is open it stands
//! in the index of its table, spread over shards.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::ReturnValue;
use contract::resources::{OPEN_INDEX, Table};
use contract::tasks::TaskStatus;

use crate::error::unless_refused;
use crate::item::{number, text};
use crate::transaction::Change;
use crate::{Item, Store, StoreError};

/// What has no news for this long is looked at by the sweep: its message may be lost. Milliseconds.
pub(crate) const LOOK_AFTER_MS: i64 = 15 * 60_000;
/// Open ones are spread over this many partitions of the index.
pub(crate) const SHARDS: u64 = 8;

type Key = (String, String);

#[derive(Debug)]
pub(crate) struct Leases<'a> {
    pub store: &'a Store,
    pub table: &'static Table,
}

impl Leases<'_> {
    /// Takes one to work on it until `until_ms`. `None`: it has ended, or another worker's lease is alive.
    pub async fn begin(
        &self,
        (pk, sk): Key,
        lease: &str,
        now_ms: i64,
        until_ms: i64,
    ) -> Result<Option<Item>, StoreError> {
        let call = self.store.dynamodb.update_item().table_name(self.store.names.table(self.table));
        let outcome = call
            .key("pk", text(pk))
            .key("sk", text(sk))
            .update_expression("SET task_status = :processing, lease = :lease, lease_until = :until, begun_at = :now, open_at = :until ADD attempts :one")
            .condition_expression("task_status = :accepted OR (task_status = :processing AND lease_until < :now)")
            .expression_attribute_values(":processing", text(TaskStatus::Processing.name()))
            .expression_attribute_values(":accepted", text(TaskStatus::Accepted.name()))
            .expression_attribute_values(":lease", text(lease))
            .expression_attribute_values(":until", number(until_ms))
            .expression_attribute_values(":now", number(now_ms))
            .expression_attribute_values(":one", number(1))
            .return_values(ReturnValue::AllNew)
            .send()
            .await;
        Ok(unless_refused(outcome)?.and_then(|updated| updated.attributes).map(Item))
    }

    /// Makes a lease last until `until_ms`. `false`: it is another's by now, or the work has ended.
    pub async fn renew(&self, (pk, sk): Key, lease: &str, until_ms: i64) -> Result<bool, StoreError> {
        let call = self.store.dynamodb.update_item().table_name(self.store.names.table(self.table));
        let outcome = call
            .key("pk", text(pk))
            .key("sk", text(sk))
            .update_expression("SET lease_until = :until, open_at = :until")
            .condition_expression("task_status = :processing AND lease = :lease")
            .expression_attribute_values(":processing", text(TaskStatus::Processing.name()))
            .expression_attribute_values(":lease", text(lease))
            .expression_attribute_values(":until", number(until_ms))
            .send()
            .await;
        Ok(unless_refused(outcome)?.is_some())
    }

    /// Gives one back to the queue after a fault that may pass.
    pub async fn give_back(&self, (pk, sk): Key, lease: &str, now_ms: i64) -> Result<(), StoreError> {
        let call = self.store.dynamodb.update_item().table_name(self.store.names.table(self.table));
        let outcome = call
            .key("pk", text(pk))
            .key("sk", text(sk))
            .update_expression("SET task_status = :accepted, open_at = :look REMOVE lease, lease_until")
            .condition_expression("task_status = :processing AND lease = :lease")
            .expression_attribute_values(":processing", text(TaskStatus::Processing.name()))
            .expression_attribute_values(":accepted", text(TaskStatus::Accepted.name()))
            .expression_attribute_values(":lease", text(lease))
            .expression_attribute_values(":look", number(now_ms + LOOK_AFTER_MS))
            .send()
            .await;
        unless_refused(outcome).map(drop)
    }

    /// Open ones of a shard (of `prefix`) that are to be looked at before `before_ms`.
    pub fn open(&self, prefix: &str, shard: u64, before_ms: i64) -> QueryFluentBuilder {
        self.store
            .dynamodb
            .query()
            .table_name(self.store.names.table(self.table))
            .index_name(OPEN_INDEX)
            .key_condition_expression("open_pk = :shard AND open_at < :before")
            .expression_attribute_values(":shard", text(open_pk(prefix, shard)))
            .expression_attribute_values(":before", number(before_ms))
    }

    /// Puts the next look at an open one off.
    pub async fn look_again(&self, (pk, sk): Key, at_ms: i64) -> Result<(), StoreError> {
        let call = self.store.dynamodb.update_item().table_name(self.store.names.table(self.table));
        let outcome = call
            .key("pk", text(pk))
            .key("sk", text(sk))
            .update_expression("SET open_at = :at")
            .condition_expression("attribute_exists(open_pk)")
            .expression_attribute_values(":at", number(at_ms))
            .send()
            .await;
        unless_refused(outcome).map(drop)
    }
}

/// The end of an open one; `set` are further assignments. `lease`: the worker's own; `None` ends it whoever works on it.
pub(crate) fn ended(status: TaskStatus, lease: Option<&str>, set: &[&str]) -> Change {
    let sets = [&["task_status = :ended"], set].concat().join(", ");
    let change = Change::new(format!("SET {sets} REMOVE lease, lease_until, open_pk, open_at"))
        .text(":ended", status.name())
        .text(":processing", TaskStatus::Processing.name());
    match lease {
        Some(lease) => change.when("task_status = :processing AND lease = :lease").text(":lease", lease),
        None => change
            .when("task_status = :accepted OR task_status = :processing")
            .text(":accepted", TaskStatus::Accepted.name()),
    }
}

/// An item that is open from now on.
pub(crate) fn opened(item: Item, prefix: &str, shard: u64, created_at_ms: i64) -> Item {
    item.text("task_status", TaskStatus::Accepted.name())
        .number("attempts", 0)
        .text("open_pk", open_pk(prefix, shard))
        .number("open_at", created_at_ms + LOOK_AFTER_MS)
}

fn open_pk(prefix: &str, shard: u64) -> String {
    format!("{prefix}#{shard}")
}
