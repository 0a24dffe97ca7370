//! Deliveries: a message to one webhook, pending until it was taken or given up. Who sends one has a lease on it.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::ReturnValue;
use contract::clock::seconds;
use contract::platform::webhooks::{Delivery, DeliveryStatus, Event};
use contract::resources::WEBHOOKS;

use super::{LONGEST_ID, WebhookRecord, Webhooks, spread};
use crate::error::unless_refused;
use crate::item::{number, text};
use crate::transaction::Change;
use crate::{DeliveryMessage, Guard, Item, StoreError, Transaction};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRecord {
    pub account: String,
    pub webhook: String,
    /// The `webhook-id` of every attempt.
    pub id: String,
    pub event: Event,
    pub status: DeliveryStatus,
    /// As it is signed and sent.
    pub body: String,
    pub is_of_images: bool,
    pub created_at_ms: i64,
    pub attempts: i64,
    pub last_status: Option<u16>,
    pub last_error: Option<String>,
    /// When it is to be sent; `None` once it has ended.
    pub due_at_ms: Option<i64>,
    pub lease: Option<String>,
    pub lease_until_ms: i64,
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    Delivered {
        status: u16,
    },
    /// It is sent again at `due_at_ms`.
    Again {
        status: Option<u16>,
        error: String,
        due_at_ms: i64,
    },
    Failed {
        status: Option<u16>,
        error: String,
    },
}

/// What open deliveries are called in the index, and over how many partitions of it they are spread.
pub(super) const OPEN: &str = "DELIVERY";
pub(super) const SPREAD: u64 = 8;
/// After so long without news the sweep looks whether a message was lost, and from then on whenever as long has passed. Milliseconds.
pub(super) const SOON_MS: i64 = 2 * 60_000;
pub(super) const LATER_MS: i64 = 15 * 60_000;
/// The longest that a queue keeps a message back. What waits longer the sweep sends.
pub(super) const LONGEST_DELAY_MS: i64 = 900_000;
/// Clocks differ, and a queue counts whole seconds.
const EARLY_MS: i64 = 1_000;
const DISABLED: &str = "The webhook was disabled before this was delivered.";

fn of(webhook: &str) -> String {
    format!("DELIVERIES#{webhook}")
}

pub(super) fn key(webhook: &str, id: &str) -> (String, String) {
    (of(webhook), id.to_owned())
}

pub(super) fn open_pk(partition: u64) -> String {
    format!("{OPEN}#{partition}")
}

impl DeliveryRecord {
    /// For its owner. What waits for a disabled webhook has failed, whether or not somebody has come to write that down.
    pub fn shown(&self, webhook: &WebhookRecord) -> Delivery {
        let is_pending = self.status == DeliveryStatus::Pending;
        let is_stuck = is_pending && !webhook.is_enabled();
        Delivery {
            id: self.id.clone(),
            event: self.event,
            status: if is_stuck { DeliveryStatus::Failed } else { self.status },
            created_at: seconds(self.created_at_ms),
            attempts: u32::try_from(self.attempts).unwrap_or(0),
            last_status: self.last_status,
            last_error: self.last_error.clone().or_else(|| is_stuck.then(|| DISABLED.to_owned())),
            next_attempt_at: self.due_at_ms.filter(|_| is_pending && !is_stuck).map(seconds),
        }
    }

    pub fn message(&self) -> DeliveryMessage {
        DeliveryMessage {
            account: self.account.clone(),
            webhook: self.webhook.clone(),
            delivery: self.id.clone(),
            waited: 0,
        }
    }

    /// Of a new one.
    pub(super) fn item(&self, open_at_ms: i64, expires: i64) -> Item {
        let (pk, sk) = key(&self.webhook, &self.id);
        Item::new(pk, sk)
            .text("account", &self.account)
            .text("webhook", &self.webhook)
            .text("id", &self.id)
            .text("event_name", self.event.name())
            .text("delivery_state", self.status.name())
            .text("message_body", &self.body)
            .flag("of_images", self.is_of_images)
            .number("created_at", self.created_at_ms)
            .number("attempts", self.attempts)
            .optional_number("due_at", self.due_at_ms)
            .text("open_pk", open_pk(spread(&self.id, SPREAD)))
            .number("open_at", open_at_ms)
            .number("expires", expires)
    }

    pub(super) fn read(item: &Item) -> Result<Self, StoreError> {
        let own = |name: &str| item.get_text(name).map(str::to_owned);
        let unknown = || StoreError::malformed("a delivery of an unknown event or state");
        Ok(Self {
            account: own("account")?,
            webhook: own("webhook")?,
            id: own("id")?,
            event: Event::parse(item.get_text("event_name")?).ok_or_else(unknown)?,
            status: DeliveryStatus::parse(item.get_text("delivery_state")?).ok_or_else(unknown)?,
            body: own("message_body")?,
            is_of_images: item.is("of_images"),
            created_at_ms: item.get_number("created_at")?,
            attempts: item.find_number("attempts").unwrap_or(0),
            last_status: item.find_number("last_status").and_then(|status| u16::try_from(status).ok()),
            last_error: item.find_text("last_error").map(str::to_owned),
            due_at_ms: item.find_number("due_at"),
            lease: item.find_text("lease").map(str::to_owned),
            lease_until_ms: item.find_number("lease_until").unwrap_or(0),
        })
    }
}

impl Webhooks<'_> {
    /// A delivery to a webhook that the caller may see.
    pub async fn delivery(&self, webhook: &str, id: &str) -> Result<Option<DeliveryRecord>, StoreError> {
        if id.len() > LONGEST_ID {
            return Ok(None);
        }
        self.item(key(webhook, id)).await?.map(|item| DeliveryRecord::read(&item)).transpose()
    }

    /// A page of a webhook's deliveries, newest first, and the id to go on after.
    pub async fn deliveries(
        &self,
        webhook: &str,
        limit: u32,
        after: Option<&str>,
    ) -> Result<(Vec<DeliveryRecord>, Option<String>), StoreError> {
        let start =
            after.map(|id| HashMap::from([("pk".into(), text(of(webhook))), ("sk".into(), text(id))]));
        let call = self.0.dynamodb.query().table_name(self.0.names.table(&WEBHOOKS));
        let page = call
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text(of(webhook)))
            .scan_index_forward(false)
            .consistent_read(true)
            .limit(limit.try_into().unwrap_or(100))
            .set_exclusive_start_key(start)
            .send()
            .await?;
        let more = page.last_evaluated_key.is_some();
        let items = page.items.unwrap_or_default().into_iter().map(Item);
        let found = items.map(|item| DeliveryRecord::read(&item)).collect::<Result<Vec<_>, _>>()?;
        let next = found.last().filter(|_| more).map(|delivery| delivery.id.clone());
        Ok((found, next))
    }

    /// Takes a delivery to send it, until `until_ms`. `None`: it has ended, its time has not come, or another is sending it.
    pub async fn begin(
        &self,
        message: &DeliveryMessage,
        lease: &str,
        (now_ms, until_ms): (i64, i64),
    ) -> Result<Option<DeliveryRecord>, StoreError> {
        let (pk, sk) = key(&message.webhook, &message.delivery);
        let call = self.0.dynamodb.update_item().table_name(self.0.names.table(&WEBHOOKS));
        let outcome = call
            .key("pk", text(pk))
            .key("sk", text(sk))
            .update_expression("SET lease = :lease, lease_until = :until, open_at = :until ADD attempts :one")
            .condition_expression(
                "delivery_state = :pending AND due_at <= :soon AND (attribute_not_exists(lease_until) OR lease_until < :now)",
            )
            .expression_attribute_values(":pending", text(DeliveryStatus::Pending.name()))
            .expression_attribute_values(":lease", text(lease))
            .expression_attribute_values(":until", number(until_ms))
            .expression_attribute_values(":soon", number(now_ms + EARLY_MS))
            .expression_attribute_values(":now", number(now_ms))
            .expression_attribute_values(":one", number(1))
            .return_values(ReturnValue::AllNew)
            .send()
            .await;
        let begun = unless_refused(outcome)?.and_then(|updated| updated.attributes);
        begun.map(|item| DeliveryRecord::read(&Item(item))).transpose()
    }

    /// Gives a delivery back that could not be sent for a fault of ours; the attempt is none.
    pub async fn give_back(
        &self,
        delivery: &DeliveryRecord,
        lease: &str,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let (pk, sk) = key(&delivery.webhook, &delivery.id);
        let call = self.0.dynamodb.update_item().table_name(self.0.names.table(&WEBHOOKS));
        let outcome = call
            .key("pk", text(pk))
            .key("sk", text(sk))
            .update_expression("SET open_at = :later REMOVE lease, lease_until ADD attempts :less")
            .condition_expression("delivery_state = :pending AND lease = :lease")
            .expression_attribute_values(":pending", text(DeliveryStatus::Pending.name()))
            .expression_attribute_values(":lease", text(lease))
            .expression_attribute_values(":later", number(now_ms + LATER_MS))
            .expression_attribute_values(":less", number(-1))
            .send()
            .await;
        unless_refused(outcome).map(drop)
    }

    /// Writes down what came of it. `lease`: the sender's own; `None` ends it whoever sends it. `false`: it is another's by now, was sent
    /// again by hand, or has ended.
    pub async fn end(
        &self,
        delivery: &DeliveryRecord,
        lease: Option<&str>,
        sent: Sent,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let (mut set, mut gone) = ("SET delivery_state = :state".to_owned(), "lease, lease_until".to_owned());
        let mut values = vec![(":pending", text(DeliveryStatus::Pending.name()))];
        let (state, status, error) = match sent {
            Sent::Delivered { status } => (DeliveryStatus::Delivered, Some(status), None),
            Sent::Failed { status, error } => (DeliveryStatus::Failed, status, Some(error)),
            Sent::Again { status, error, due_at_ms } => {
                set += ", due_at = :due, open_at = :open";
                let by_message = due_at_ms - now_ms <= LONGEST_DELAY_MS;
                let open_at_ms = if by_message { due_at_ms + SOON_MS } else { due_at_ms };
                values.extend([(":due", number(due_at_ms)), (":open", number(open_at_ms))]);
                (DeliveryStatus::Pending, status, Some(error))
            }
        };
        if state != DeliveryStatus::Pending {
            gone += ", due_at, open_pk, open_at";
        }
        values.push((":state", text(state.name())));
        match status {
            Some(status) => {
                set += ", last_status = :status";
                values.push((":status", number(status.into())));
            }
            None => gone += ", last_status",
        }
        match error {
            Some(error) => {
                set += ", last_error = :error";
                values.push((":error", text(error)));
            }
            None => gone += ", last_error",
        }
        let mut condition = "delivery_state = :pending".to_owned();
        if let Some(lease) = lease {
            condition += " AND lease = :lease";
            values.push((":lease", text(lease)));
        }
        let (pk, sk) = key(&delivery.webhook, &delivery.id);
        let call = self.0.dynamodb.update_item().table_name(self.0.names.table(&WEBHOOKS));
        let values = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let outcome = call
            .key("pk", text(pk))
            .key("sk", text(sk))
            .update_expression(format!("{set} REMOVE {gone}"))
            .condition_expression(condition)
            .set_expression_attribute_values(Some(values))
            .send()
            .await;
        Ok(unless_refused(outcome)?.is_some())
    }

    /// Adds to a transaction that a delivery is sent again now, whatever came of it before. Refused by [`Guard::Delivery`] where it is gone.
    pub fn send_again(
        &self,
        transaction: &mut Transaction<'_>,
        delivery: &DeliveryRecord,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let set = "SET delivery_state = :pending, attempts = :zero, due_at = :now, open_pk = :open, open_at = :soon \
                   REMOVE lease, lease_until, last_status, last_error";
        let change = Change::new(set)
            .when("attribute_exists(pk)")
            .text(":pending", DeliveryStatus::Pending.name())
            .text(":open", open_pk(spread(&delivery.id, SPREAD)))
            .number(":zero", 0)
            .number(":now", now_ms)
            .number(":soon", now_ms + SOON_MS);
        transaction.update(Guard::Delivery, &WEBHOOKS, key(&delivery.webhook, &delivery.id), change)
    }

    /// Removes a delivery whose webhook is gone.
    pub async fn forget(&self, message: &DeliveryMessage) -> Result<(), StoreError> {
        let (pk, sk) = key(&message.webhook, &message.delivery);
        let call = self.0.dynamodb.delete_item().table_name(self.0.names.table(&WEBHOOKS));
        call.key("pk", text(pk)).key("sk", text(sk)).send().await?;
        Ok(())
    }
}
