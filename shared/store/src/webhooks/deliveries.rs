//! Deliveries: a message to one webhook, pending until it was taken or given up.

use std::collections::HashMap;

use contract::clock::seconds;
use contract::platform::webhooks::{Delivery, DeliveryStatus, Event};
use contract::resources::WEBHOOKS;

use super::{LONGEST_ID, WebhookRecord, Webhooks, spread};
use crate::item::text;
use crate::{DeliveryMessage, Item, StoreError};

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

/// What open deliveries are called in the index, and over how many partitions of it they are spread.
pub(super) const OPEN: &str = "DELIVERY";
pub(super) const SPREAD: u64 = 8;
/// After so long without news the sweep looks whether a message was lost, and from then on whenever as long has passed. Milliseconds.
pub(super) const SOON_MS: i64 = 2 * 60_000;
pub(super) const LATER_MS: i64 = 15 * 60_000;
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
}
