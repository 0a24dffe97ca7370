//! Accounts: made by the operator only.

use contract::limits::{Tier, TierLimits};
use contract::resources::{KEYS, LEDGER};

use crate::error::unless_refused;
use crate::item::{number, text};
use crate::{Guard, Item, Store, StoreError, TransactionError};

/// The account that holds operator keys; it has no balance.
pub const OPERATOR: &str = "operator";
/// The account of a fresh store on one machine.
pub const DEFAULT: &str = "default";

fn key(account: &str) -> (String, String) {
    (format!("ACCOUNT#{account}"), "ACCOUNT".into())
}

/// Whether a name can be an account's: 1 to 64 of `[a-z0-9_-]`.
pub fn is_valid_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_'))
}

/// Makes an account with an empty balance. `false` where it exists already.
pub async fn create(store: &Store, account: &str, now_ms: i64) -> Result<bool, StoreError> {
    let mut transaction = store.transaction();
    let (pk, sk) = key(account);
    transaction.put_new(
        Guard::Account,
        &KEYS,
        Item::new(pk, sk).text("account", account).number("created_at", now_ms),
    )?;
    if account != OPERATOR {
        let (pk, sk) = crate::ledger::balance_key(account);
        let balance = Item::new(pk, sk)
            .number("available", 0)
            .number("held", 0)
            .number("spent", 0)
            .number("granted", 0);
        transaction.put_new(Guard::Balance, &LEDGER, balance.number("updated_at", now_ms))?;
    }
    match transaction.commit().await {
        Ok(()) => Ok(true),
        Err(TransactionError::Refused(_)) => Ok(false),
        Err(TransactionError::Store(error)) => Err(error),
    }
}

/// What an account may do at once and in a minute: that of its tier, or what the operator has set for it alone.
pub async fn limits(store: &Store, account: &str) -> Result<TierLimits, StoreError> {
    let (pk, sk) = key(account);
    let call = store.dynamodb.get_item().table_name(store.names.table(&KEYS));
    let item = call.key("pk", text(pk)).key("sk", text(sk)).send().await?.item.map(Item).unwrap_or_default();
    let tier = item.find_text("tier").and_then(Tier::parse).unwrap_or_default();
    let limits = tier.limits();
    let own =
        |name: &str, limit: u32| item.find_number(name).and_then(|n| u32::try_from(n).ok()).unwrap_or(limit);
    Ok(TierLimits {
        requests_per_minute: own("requests_per_minute", limits.requests_per_minute),
        tokens_per_minute: own("tokens_per_minute", limits.tokens_per_minute),
        concurrent: own("concurrent", limits.concurrent),
        cache_seconds: limits.cache_seconds,
    })
}

/// Limits of one account alone; `None` leaves that of the tier.
#[derive(Debug, Clone, Copy, Default, serde::Serialize, serde::Deserialize)]
pub struct OwnLimits {
    pub requests_per_minute: Option<u32>,
    pub tokens_per_minute: Option<u32>,
    pub concurrent: Option<u32>,
}

/// Puts an account into a tier. `false`: no such account. Takes a minute until every process knows.
pub async fn set_tier(store: &Store, account: &str, tier: Tier, own: OwnLimits) -> Result<bool, StoreError> {
    let (pk, sk) = key(account);
    let (mut set, mut remove) = (vec!["tier = :tier".to_owned()], Vec::new());
    let mut call = store.dynamodb.update_item().table_name(store.names.table(&KEYS));
    for (name, limit) in [
        ("requests_per_minute", own.requests_per_minute),
        ("tokens_per_minute", own.tokens_per_minute),
        ("concurrent", own.concurrent),
    ] {
        match limit {
            Some(limit) => {
                set.push(format!("{name} = :{name}"));
                call = call.expression_attribute_values(format!(":{name}"), number(limit.into()));
            }
            None => remove.push(name),
        }
    }
    let mut expression = format!("SET {}", set.join(", "));
    if !remove.is_empty() {
        expression += &format!(" REMOVE {}", remove.join(", "));
    }
    let call = call
        .key("pk", text(pk))
        .key("sk", text(sk))
        .update_expression(expression)
        .condition_expression("attribute_exists(pk)")
        .expression_attribute_values(":tier", text(tier.name()));
    Ok(unless_refused(call.send().await)?.is_some())
}

/// Names of all accounts. Reads the whole table of keys: for the operator's command, not for calls.
pub async fn list(store: &Store) -> Result<Vec<String>, StoreError> {
    let mut pages = store
        .dynamodb
        .scan()
        .table_name(store.names.table(&KEYS))
        .filter_expression("sk = :account")
        .expression_attribute_values(":account", text("ACCOUNT"))
        .into_paginator()
        .items()
        .send();
    let mut accounts = Vec::new();
    while let Some(item) = pages.next().await {
        accounts.push(Item(item?).get_text("account")?.to_owned());
    }
    accounts.sort();
    Ok(accounts)
}
