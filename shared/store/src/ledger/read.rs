//! What an account's ledger says.

use aws_sdk_dynamodb::types::AttributeValue;
use contract::Credits;
use contract::clock::{month, seconds};
use contract::platform::money::{Balance, EntryKind, LedgerEntry, Usd};
use contract::resources::{LEDGER, OPEN_INDEX};

use super::{BalanceSheet, Hold, Ledger, SHARDS, balance_key, rows, spend_key};
use crate::item::{number, text};
use crate::{Item, StoreError};

impl BalanceSheet {
    fn shown(&self, spent_this_month: Credits) -> Balance {
        Balance {
            balance: self.available,
            held: self.held,
            spent: self.spent,
            currency: "credits".into(),
            usd: Usd { balance: self.available.usd(), spent: self.spent.usd() },
            spent_this_month,
            updated_at: seconds(self.updated_at_ms),
        }
    }
}

impl Ledger<'_> {
    /// A balance as its account sees it. `None`: no such account.
    pub async fn shown(&self, account: &str, now_ms: i64) -> Result<Option<Balance>, StoreError> {
        let Some(sheet) = self.balance(account).await? else { return Ok(None) };
        let spent_by_key = self.spent_by_key(account, &month(now_ms)).await?;
        Ok(Some(sheet.shown(spent_by_key.into_iter().map(|(_, spent)| spent).sum())))
    }

    /// `None`: no such account.
    pub async fn balance(&self, account: &str) -> Result<Option<BalanceSheet>, StoreError> {
        let (pk, sk) = balance_key(account);
        let call = self
            .0
            .dynamodb
            .get_item()
            .table_name(self.0.names.table(&LEDGER))
            .key("pk", text(pk))
            .key("sk", text(sk));
        let Some(item) = call.consistent_read(true).send().await?.item.map(Item) else { return Ok(None) };
        Ok(Some(BalanceSheet {
            available: item.credits("available"),
            held: item.credits("held"),
            spent: item.credits("spent"),
            granted: item.credits("granted"),
            updated_at_ms: item.get_number("updated_at")?,
        }))
    }

    /// What each key has spent in a calendar month, by key id.
    pub async fn spent_by_key(
        &self,
        account: &str,
        month: &str,
    ) -> Result<Vec<(String, Credits)>, StoreError> {
        let (pk, prefix) = spend_key(account, month, "");
        let mut items = self
            .0
            .dynamodb
            .query()
            .table_name(self.0.names.table(&LEDGER))
            .key_condition_expression("pk = :pk AND begins_with(sk, :month)")
            .expression_attribute_values(":pk", text(pk))
            .expression_attribute_values(":month", text(prefix.clone()))
            .into_paginator()
            .items()
            .send();
        let mut spent = Vec::new();
        while let Some(item) = items.next().await {
            let item = Item(item?);
            let key_id = item.get_text("sk")?.trim_start_matches(&prefix).to_owned();
            spent.push((key_id, item.credits("spent")));
        }
        Ok(spent)
    }

    /// What one key has spent in a calendar month.
    pub async fn spent_by(&self, account: &str, key_id: &str, month: &str) -> Result<Credits, StoreError> {
        let (pk, sk) = spend_key(account, month, key_id);
        let call = self
            .0
            .dynamodb
            .get_item()
            .table_name(self.0.names.table(&LEDGER))
            .key("pk", text(pk))
            .key("sk", text(sk));
        Ok(call.send().await?.item.map(|item| Item(item).credits("spent")).unwrap_or_default())
    }

    /// One page of an account's ledger, newest first, and the id to go on after.
    pub async fn list(
        &self,
        account: &str,
        limit: u32,
        after: Option<&str>,
    ) -> Result<(Vec<LedgerEntry>, Option<String>), StoreError> {
        let start = after.map(|id| {
            std::collections::HashMap::from([
                ("pk".to_owned(), text(rows(account))),
                ("sk".to_owned(), text(id)),
            ])
        });
        let page = self
            .0
            .dynamodb
            .query()
            .table_name(self.0.names.table(&LEDGER))
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text(rows(account)))
            .scan_index_forward(false)
            .limit(limit.try_into().unwrap_or(100))
            .set_exclusive_start_key(start)
            .send()
            .await?;
        let more = page.last_evaluated_key.is_some();
        let entries: Vec<LedgerEntry> = page
            .items
            .unwrap_or_default()
            .into_iter()
            .map(|item| read_entry(&Item(item)))
            .collect::<Result<_, _>>()?;
        let next = entries.last().filter(|_| more).map(|entry| entry.id.clone());
        Ok((entries, next))
    }

    /// Holds of synchronous calls that outlived them, at most `most` a shard.
    /// For a process that started alone on its store: holds of calls from before, whatever time they had left.
    pub async fn holds_of_calls_before(&self, started_ms: i64) -> Result<Vec<Hold>, StoreError> {
        let mut holds = Vec::new();
        for shard in 0..SHARDS {
            let call = self.0.dynamodb.query().table_name(self.0.names.table(&LEDGER));
            let mut items = call
                .index_name(OPEN_INDEX)
                .key_condition_expression("open_pk = :shard")
                .expression_attribute_values(":shard", AttributeValue::S(format!("HOLD#{shard}")))
                .into_paginator()
                .items()
                .send();
            while let Some(item) = items.next().await {
                let item = Item(item?);
                if item.get_number("created_at")? < started_ms {
                    holds.push(Hold::read(&item, item.get_text("account")?)?);
                }
            }
        }
        Ok(holds)
    }

    pub async fn expired_holds(&self, now_ms: i64, most: i32) -> Result<Vec<Hold>, StoreError> {
        let mut holds = Vec::new();
        for shard in 0..SHARDS {
            let page = self
                .0
                .dynamodb
                .query()
                .table_name(self.0.names.table(&LEDGER))
                .index_name(OPEN_INDEX)
                .key_condition_expression("open_pk = :shard AND open_at < :now")
                .expression_attribute_values(":shard", AttributeValue::S(format!("HOLD#{shard}")))
                .expression_attribute_values(":now", number(now_ms))
                .limit(most)
                .send()
                .await?;
            for item in page.items.unwrap_or_default().into_iter().map(Item) {
                holds.push(Hold::read(&item, item.get_text("account")?)?);
            }
        }
        Ok(holds)
    }
}

fn read_entry(item: &Item) -> Result<LedgerEntry, StoreError> {
    let kind = match item.get_text("kind")? {
        "grant" => EntryKind::Grant,
        "hold" => EntryKind::Hold,
        "charge" => EntryKind::Charge,
        "release" => EntryKind::Release,
        other => return Err(StoreError::malformed(format!("ledger row of kind {other}"))),
    };
    Ok(LedgerEntry {
        id: item.get_text("sk")?.to_owned(),
        kind,
        credits: item.credits("credits"),
        created_at: contract::clock::seconds(item.get_number("created_at")?),
        request_id: item.find_text("request_id").map(str::to_owned),
        key_id: item.find_text("key_id").map(str::to_owned),
        reason: item.find_text("reason").map(str::to_owned),
    })
}
