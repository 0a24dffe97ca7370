//! The sending of a delivery: taken under a lease, given back, ended, or begun anew.

use aws_sdk_dynamodb::types::ReturnValue;
use contract::platform::webhooks::DeliveryStatus;
use contract::resources::{LONGEST_DELAY_MS, WEBHOOKS};

use super::deliveries::{DeliveryRecord, LATER_MS, SOON_MS, SPREAD, key, open_pk};
use super::{Webhooks, spread};
use crate::error::unless_refused;
use crate::item::{number, text};
use crate::transaction::Change;
use crate::{DeliveryMessage, Guard, Item, StoreError, Transaction};

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

/// Clocks differ, and a queue counts whole seconds.
const EARLY_MS: i64 = 1_000;

impl Webhooks<'_> {
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
                // What waits longer the sweep sends.
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
