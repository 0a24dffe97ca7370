//! Webhooks, and the deliveries to them. What is told of an end is written in the transaction of that end, so that it is told exactly
//! where the end is committed; the message that has it sent follows, and what is lost of messages the sweep sends again.

mod announce;
mod balance;
mod deliveries;
mod open;
mod places;
mod sending;

use contract::clock::seconds;
use contract::platform::webhooks::{Event, Webhook, WebhookStatus};
use contract::resources::WEBHOOKS;

use crate::error::unless_refused;
use crate::item::text;
use crate::transaction::Change;
use crate::{Guard, Item, Store, StoreError, Transaction};

pub use announce::{Listening, News};
pub use deliveries::DeliveryRecord;
pub use places::SendPlace;
pub use sending::Sent;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookRecord {
    pub account: String,
    pub id: String,
    pub url: String,
    pub events: Vec<Event>,
    pub status: WebhookStatus,
    /// The secret, sealed.
    pub secret: String,
    /// Scheme and host of the call that made it, for URLs of what no other call has made.
    pub base_url: String,
    pub created_at_ms: i64,
    /// Whether it was told that the balance is low, and not yet seen that it is back.
    pub low_told: bool,
}

#[derive(Debug)]
pub struct Webhooks<'a>(pub(crate) &'a Store);

/// Bytes of the longest id that is looked for.
const LONGEST_ID: usize = 128;
const ENABLED: &str = "enabled";
const DISABLED: &str = "disabled";

fn of(account: &str) -> String {
    format!("WEBHOOKS#{account}")
}

fn by_id(account: &str, id: &str) -> (String, String) {
    (of(account), format!("ID#{id}"))
}

fn count_key(account: &str) -> (String, String) {
    (of(account), "COUNT".into())
}

/// Of a number of partitions of the index the one of an id.
fn spread(id: &str, partitions: u64) -> u64 {
    id.bytes().fold(0, |sum: u64, byte| sum.wrapping_add(byte.into())) % partitions
}

impl WebhookRecord {
    /// Without the secret.
    pub fn shown(&self) -> Webhook {
        Webhook {
            id: self.id.clone(),
            url: self.url.clone(),
            events: self.events.clone(),
            status: self.status,
            created_at: seconds(self.created_at_ms),
        }
    }

    pub fn is_enabled(&self) -> bool {
        self.status == WebhookStatus::Enabled
    }

    fn item(&self) -> Item {
        let (pk, sk) = by_id(&self.account, &self.id);
        let names: Vec<&str> = self.events.iter().map(|event| event.name()).collect();
        let item = Item::new(pk, sk)
            .text("account", &self.account)
            .text("id", &self.id)
            .text("target", &self.url)
            .text("event_names", names.join(","))
            .text("webhook_state", if self.is_enabled() { ENABLED } else { DISABLED })
            .text("sealed", &self.secret)
            .text("base_url", &self.base_url)
            .number("created_at", self.created_at_ms);
        if self.events.contains(&Event::BalanceLow) {
            return balance::watched(item, self);
        }
        item
    }

    fn read(item: &Item) -> Result<Self, StoreError> {
        let own = |name: &str| item.get_text(name).map(str::to_owned);
        let events = item.get_text("event_names")?.split(',').map(Event::parse).collect::<Option<_>>();
        Ok(Self {
            account: own("account")?,
            id: own("id")?,
            url: own("target")?,
            events: events.ok_or_else(|| StoreError::malformed("events of a webhook"))?,
            status: match item.get_text("webhook_state")? {
                ENABLED => WebhookStatus::Enabled,
                _ => WebhookStatus::Disabled,
            },
            secret: own("sealed")?,
            base_url: own("base_url")?,
            created_at_ms: item.get_number("created_at")?,
            low_told: item.find_number("low_told").is_some(),
        })
    }
}

impl Webhooks<'_> {
    /// Adds a new webhook to a transaction. Refused by [`Guard::WebhookCount`] where the account has `most` already.
    pub fn create(
        &self,
        transaction: &mut Transaction<'_>,
        webhook: &WebhookRecord,
        most: i64,
    ) -> Result<(), StoreError> {
        let count = Change::new("ADD webhook_count :one")
            .when("attribute_not_exists(webhook_count) OR webhook_count < :most")
            .number(":one", 1)
            .number(":most", most);
        transaction.update(Guard::WebhookCount, &WEBHOOKS, count_key(&webhook.account), count)?;
        transaction.put_new(Guard::Webhook, &WEBHOOKS, webhook.item())
    }

    /// Adds a deletion to a transaction. Refused by [`Guard::Webhook`] where it is deleted already.
    pub fn delete(
        &self,
        transaction: &mut Transaction<'_>,
        webhook: &WebhookRecord,
    ) -> Result<(), StoreError> {
        let exists = Change::default().when("attribute_exists(pk)");
        let key = by_id(&webhook.account, &webhook.id);
        transaction.delete_when(Guard::Webhook, &WEBHOOKS, key, exists)?;
        let count = Change::new("ADD webhook_count :less").number(":less", -1);
        transaction.update(Guard::None, &WEBHOOKS, count_key(&webhook.account), count)
    }

    /// Sends nothing to it any more.
    pub async fn disable(&self, webhook: &WebhookRecord) -> Result<(), StoreError> {
        let (pk, sk) = by_id(&webhook.account, &webhook.id);
        let call = self.0.dynamodb.update_item().table_name(self.0.names.table(&WEBHOOKS));
        let outcome = call
            .key("pk", text(pk))
            .key("sk", text(sk))
            .update_expression("SET webhook_state = :disabled REMOVE open_pk, open_at")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":disabled", text(DISABLED))
            .send()
            .await;
        unless_refused(outcome).map(drop)
    }

    /// A webhook of this account; another account's is `None`, at the cost of the same read.
    pub async fn find(&self, account: &str, id: &str) -> Result<Option<WebhookRecord>, StoreError> {
        if id.len() > LONGEST_ID {
            return Ok(None);
        }
        self.item(by_id(account, id)).await?.map(|item| WebhookRecord::read(&item)).transpose()
    }

    /// All webhooks of an account, oldest first.
    pub async fn list(&self, account: &str) -> Result<Vec<WebhookRecord>, StoreError> {
        let call = self.0.dynamodb.query().table_name(self.0.names.table(&WEBHOOKS));
        let mut items = call
            .key_condition_expression("pk = :pk AND begins_with(sk, :id)")
            .expression_attribute_values(":pk", text(of(account)))
            .expression_attribute_values(":id", text("ID#"))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let mut webhooks = Vec::new();
        while let Some(item) = items.next().await {
            webhooks.push(WebhookRecord::read(&Item(item?))?);
        }
        webhooks.sort_by(|one, other| (one.created_at_ms, &one.id).cmp(&(other.created_at_ms, &other.id)));
        Ok(webhooks)
    }

    async fn item(&self, (pk, sk): (String, String)) -> Result<Option<Item>, StoreError> {
        let call = self.0.dynamodb.get_item().table_name(self.0.names.table(&WEBHOOKS));
        let found = call.key("pk", text(pk)).key("sk", text(sk)).consistent_read(true).send().await?;
        Ok(found.item.map(Item))
    }
}
