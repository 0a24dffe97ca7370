//! Webhooks that are told when the balance is low. They stand in the index, so that the sweep finds them and no movement of credits
//! has to.

use contract::platform::webhooks::Event;
use contract::resources::{OPEN_INDEX, WEBHOOKS};

use super::{Listening, News, WebhookRecord, Webhooks, by_id, spread};
use crate::error::unless_refused;
use crate::item::{number, text};
use crate::transaction::Change;
use crate::{Guard, Item, StoreError, TransactionError};

/// What they are called in the index, and over how many partitions of it they are spread.
const WATCHED: &str = "BALANCE";
const SPREAD: u64 = 4;
/// Milliseconds between two looks: a little less than between two sweeps.
const LOOK_EVERY_MS: i64 = 50_000;

fn partition(id: u64) -> String {
    format!("{WATCHED}#{id}")
}

pub(super) fn watched(item: Item, webhook: &WebhookRecord) -> Item {
    item.text("open_pk", partition(spread(&webhook.id, SPREAD))).number("open_at", webhook.created_at_ms)
}

impl Webhooks<'_> {
    /// Webhooks whose account's balance is to be looked at now, at most `most` a partition, those first that have waited longest.
    pub async fn watching_balance(&self, now_ms: i64, most: i32) -> Result<Vec<WebhookRecord>, StoreError> {
        let mut watching = Vec::new();
        for id in 0..SPREAD {
            let call = self.0.dynamodb.query().table_name(self.0.names.table(&WEBHOOKS));
            let page = call
                .index_name(OPEN_INDEX)
                .key_condition_expression("open_pk = :partition AND open_at <= :now")
                .expression_attribute_values(":partition", text(partition(id)))
                .expression_attribute_values(":now", number(now_ms))
                .limit(most)
                .send()
                .await?;
            for item in page.items.unwrap_or_default() {
                let webhook = WebhookRecord::read(&Item(item))?;
                let put_off = "SET open_at = :at";
                if self.change(&webhook, put_off, Some(now_ms + LOOK_EVERY_MS)).await? {
                    watching.push(webhook);
                }
            }
        }
        Ok(watching)
    }

    /// Tells a webhook that the balance is low, once until [`Webhooks::balance_is_back`]. Whether it was told.
    pub async fn tell_low_balance(
        &self,
        webhook: &WebhookRecord,
        news: &News,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.0.transaction();
        let told = Change::new("SET low_told = :now")
            .when("attribute_exists(open_pk) AND attribute_not_exists(low_told)")
            .number(":now", now_ms);
        transaction.update(Guard::Webhook, &WEBHOOKS, by_id(&webhook.account, &webhook.id), told)?;
        let listening = Listening::alone(webhook, Event::BalanceLow);
        let messages = self.announce(&mut transaction, &listening, news, now_ms)?;
        match transaction.commit().await {
            Ok(()) => self.send(&messages).await,
            Err(TransactionError::Refused(_)) => return Ok(false),
            Err(TransactionError::Store(error)) => return Err(error),
        }
        Ok(true)
    }

    /// Lets a webhook be told of the next low balance.
    pub async fn balance_is_back(&self, webhook: &WebhookRecord) -> Result<(), StoreError> {
        self.change(webhook, "REMOVE low_told", None).await.map(drop)
    }

    /// `false`: the webhook is gone or disabled.
    async fn change(
        &self,
        webhook: &WebhookRecord,
        expression: &str,
        at_ms: Option<i64>,
    ) -> Result<bool, StoreError> {
        let (pk, sk) = by_id(&webhook.account, &webhook.id);
        let mut call = self.0.dynamodb.update_item().table_name(self.0.names.table(&WEBHOOKS));
        if let Some(at_ms) = at_ms {
            call = call.expression_attribute_values(":at", number(at_ms));
        }
        let outcome = call
            .key("pk", text(pk))
            .key("sk", text(sk))
            .update_expression(expression)
            .condition_expression("attribute_exists(open_pk)")
            .send()
            .await;
        Ok(unless_refused(outcome)?.is_some())
    }
}
