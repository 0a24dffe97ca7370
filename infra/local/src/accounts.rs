//! What only the operator does: accounts, their first keys, grants.

use contract::endpoints::{BALANCE_GRANT, KEY_CREATE};
use contract::limits::Tier;
use contract::platform::keys::KeyCreate;
use contract::platform::money::GrantCreate;
use contract::{Credits, Scope};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::accounts::OwnLimits;
use store::{Guard, KeyRecord, Ledger, NewKey, Secret, Store, StoreError, TransactionError, accounts};

use crate::asked;

#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    #[error("an account's name is 1 to 64 of a-z, 0-9, - and _, and not 'operator'")]
    BadName,
    #[error("account {0} exists already")]
    Exists(String),
    #[error("there is no account {0}")]
    Unknown(String),
    #[error("the balance of {0} does not cover a grant below zero")]
    BelowZero(String),
    #[error("operator keys are made with --operator and have no other scope")]
    OperatorScope,
    #[error("{0}")]
    Invalid(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One row of `atelier accounts list`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccountRow {
    pub account: String,
    pub balance: Credits,
    pub held: Credits,
    pub spent: Credits,
}

fn now_ms() -> i64 {
    common::clock::Clock::now_ms(&common::clock::SystemClock)
}

pub async fn create_account(store: &Store, name: &str) -> Result<(), AccountError> {
    if !accounts::is_valid_name(name) || name == accounts::OPERATOR {
        return Err(AccountError::BadName);
    }
    if accounts::create(store, name, now_ms()).await? {
        Ok(())
    } else {
        Err(AccountError::Exists(name.into()))
    }
}

/// Puts an account into a tier. A running server knows it within a minute.
pub async fn set_tier(store: &Store, account: &str, tier: Tier, own: OwnLimits) -> Result<(), AccountError> {
    if tier == Tier::Public {
        return Err(AccountError::Invalid("the tier public is for calls without a key".into()));
    }
    if accounts::set_tier(store, account, tier, own).await? {
        Ok(())
    } else {
        Err(AccountError::Unknown(account.into()))
    }
}

/// Makes a key of an account with any scopes but `operator`.
pub async fn create_key(
    store: &Store,
    account: &str,
    name: &str,
    scopes: &[Scope],
) -> Result<Secret, AccountError> {
    if scopes.contains(&Scope::Operator) {
        return Err(AccountError::OperatorScope);
    }
    asked::<KeyCreate>(json!({"name": name, "scopes": scopes}), &KEY_CREATE.route)
        .map_err(AccountError::Invalid)?;
    if store.ledger().balance(account).await?.is_none() {
        return Err(AccountError::Unknown(account.into()));
    }
    mint(store, account, name, scopes).await
}

/// Makes a key that grants credits and does nothing else.
pub async fn create_operator_key(store: &Store) -> Result<Secret, AccountError> {
    accounts::create(store, accounts::OPERATOR, now_ms()).await?;
    mint(store, accounts::OPERATOR, "operator", &[Scope::Operator]).await
}

async fn mint(store: &Store, account: &str, name: &str, scopes: &[Scope]) -> Result<Secret, AccountError> {
    let secret = Secret::generate();
    register(store, account, name, scopes, &secret).await.map(|()| secret)
}

/// Makes a key of a secret that exists already.
pub(crate) async fn register(
    store: &Store,
    account: &str,
    name: &str,
    scopes: &[Scope],
    secret: &Secret,
) -> Result<(), AccountError> {
    let new = NewKey {
        account: account.into(),
        name: name.into(),
        scopes: scopes.to_vec(),
        expires_at: None,
        rate_limit: None,
        spend_cap: None,
        log_bodies: false,
    };
    let key = KeyRecord::new(new, secret, now_ms());
    let mut transaction = store.transaction();
    store.keys().create(&mut transaction, &key)?;
    match transaction.commit().await {
        Ok(()) => Ok(()),
        Err(TransactionError::Store(error)) => Err(error.into()),
        Err(refused) => Err(StoreError::Failed(refused.into()).into()),
    }
}

pub async fn grant(store: &Store, account: &str, credits: Credits, reason: &str) -> Result<(), AccountError> {
    let grant = json!({"account": account, "credits": credits, "reason": reason});
    asked::<GrantCreate>(grant, &BALANCE_GRANT.route).map_err(AccountError::Invalid)?;
    let now = now_ms();
    let entry = Ledger::grant_entry(&Secret::generate().hash()[..32], credits, reason, now);
    let mut transaction = store.transaction();
    store.ledger().grant(&mut transaction, account, &entry, now)?;
    match transaction.commit().await {
        Ok(()) => Ok(()),
        Err(TransactionError::Store(error)) => Err(error.into()),
        Err(refused) if refused.refused_by(Guard::Balance).is_some_and(|refusal| refusal.found.is_some()) => {
            Err(if credits < Credits::ZERO {
                AccountError::BelowZero(account.into())
            } else {
                AccountError::Invalid("the account's grants would go beyond what can be counted".into())
            })
        }
        Err(_) => Err(AccountError::Unknown(account.into())),
    }
}

pub async fn list(store: &Store) -> Result<Vec<AccountRow>, AccountError> {
    let mut rows = Vec::new();
    for account in accounts::list(store).await? {
        if let Some(sheet) = store.ledger().balance(&account).await? {
            rows.push(AccountRow { account, balance: sheet.available, held: sheet.held, spent: sheet.spent });
        }
    }
    Ok(rows)
}
