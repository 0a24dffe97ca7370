//! Accounts: made by the operator only.

use contract::resources::{KEYS, LEDGER};

use crate::item::text;
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
