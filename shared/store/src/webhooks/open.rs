//! Deliveries that have not ended, for the sweep and for a start on an old store.

use contract::resources::{LONGEST_DELAY_MS, OPEN_INDEX, WEBHOOKS};

use super::Webhooks;
use super::deliveries::{DeliveryRecord, LATER_MS, SPREAD, key, open_pk};
use crate::error::unless_refused;
use crate::item::{number, text};
use crate::{DeliveryMessage, Item, StoreError};

impl Webhooks<'_> {
    /// Sends messages of deliveries whose time has come without one, and of those of which nothing was heard for a while; at most `most` a
    /// partition. How many.
    pub async fn send_overdue(&self, now_ms: i64, most: i32) -> Result<usize, StoreError> {
        let mut sent = 0;
        for partition in 0..SPREAD {
            let call = self.0.dynamodb.query().table_name(self.0.names.table(&WEBHOOKS));
            let page = call
                .index_name(OPEN_INDEX)
                .key_condition_expression("open_pk = :partition AND open_at < :now")
                .expression_attribute_values(":partition", text(open_pk(partition)))
                .expression_attribute_values(":now", number(now_ms))
                .limit(most)
                .send()
                .await?;
            let mut messages = Vec::new();
            for item in page.items.unwrap_or_default().into_iter().map(Item) {
                let message = message_of(&item)?;
                self.look_again(&message, now_ms + LATER_MS).await?;
                messages.push(message);
            }
            self.0.queues().send_deliveries(&messages, 0).await?;
            sent += messages.len();
        }
        Ok(sent)
    }

    /// For a process that started alone on its store, with empty queues, at `started_ms`: leases of the last process are none any more,
    /// and what is due soon has a message. May run beside the workers. How many.
    pub async fn requeue_all(&self, started_ms: i64) -> Result<usize, StoreError> {
        let mut sent = 0;
        for partition in 0..SPREAD {
            let call = self.0.dynamodb.query().table_name(self.0.names.table(&WEBHOOKS));
            let mut items = call
                .index_name(OPEN_INDEX)
                .key_condition_expression("open_pk = :partition")
                .expression_attribute_values(":partition", text(open_pk(partition)))
                .into_paginator()
                .items()
                .send();
            while let Some(item) = items.next().await {
                let item = Item(item?);
                let Ok(delivery) = DeliveryRecord::read(&item) else { continue };
                let wait_ms = delivery.due_at_ms.unwrap_or(0) - started_ms;
                if delivery.created_at_ms >= started_ms || wait_ms > LONGEST_DELAY_MS {
                    continue;
                }
                if let Some(lease) = &delivery.lease {
                    self.end_lease(&delivery, lease).await?;
                }
                let seconds = u32::try_from(wait_ms.max(0).div_euclid(1000)).unwrap_or(0);
                self.0.queues().send_deliveries(&[delivery.message()], seconds).await?;
                sent += 1;
            }
        }
        Ok(sent)
    }

    async fn look_again(&self, message: &DeliveryMessage, at_ms: i64) -> Result<(), StoreError> {
        let (pk, sk) = key(&message.webhook, &message.delivery);
        let call = self.0.dynamodb.update_item().table_name(self.0.names.table(&WEBHOOKS));
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

    async fn end_lease(&self, delivery: &DeliveryRecord, lease: &str) -> Result<(), StoreError> {
        let (pk, sk) = key(&delivery.webhook, &delivery.id);
        let call = self.0.dynamodb.update_item().table_name(self.0.names.table(&WEBHOOKS));
        let outcome = call
            .key("pk", text(pk))
            .key("sk", text(sk))
            .update_expression("REMOVE lease, lease_until")
            .condition_expression("lease = :lease")
            .expression_attribute_values(":lease", text(lease))
            .send()
            .await;
        unless_refused(outcome).map(drop)
    }
}

fn message_of(item: &Item) -> Result<DeliveryMessage, StoreError> {
    let own = |name: &str| item.get_text(name).map(str::to_owned);
    Ok(DeliveryMessage {
        account: own("account")?,
        webhook: own("webhook")?,
        delivery: own("id")?,
        waited: 0,
    })
}
