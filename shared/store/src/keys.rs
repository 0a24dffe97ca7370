//! API keys. Two items a key: the record under its account, and a self-contained copy under the SHA-256 of the secret, so
//! that a call costs one read. Both change together; `revision` keeps concurrent changes apart.

mod record;

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use contract::resources::KEYS;
use contract::{Credits, Scope};

use crate::error::unless_refused;
use crate::item::{number, text};
use crate::transaction::Change;
use crate::{Guard, Item, Secret, Store, StoreError, Transaction, TransactionError};

pub use record::KeyRecord;

/// What a new key is made of.
#[derive(Debug, Clone)]
pub struct NewKey {
    pub account: String,
    pub name: String,
    pub scopes: Vec<Scope>,
    pub expires_at: Option<i64>,
    pub rate_limit: Option<u32>,
    pub spend_cap: Option<Credits>,
    pub log_bodies: bool,
}

/// The fields a change may touch; `None` leaves one as it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KeyChange {
    pub name: Option<String>,
    pub scopes: Option<Vec<Scope>>,
    pub expires_at: Option<i64>,
    pub rate_limit: Option<u32>,
    pub spend_cap: Option<Credits>,
    pub log_bodies: Option<bool>,
    pub revoked: bool,
}

impl KeyChange {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[derive(Debug)]
pub struct Keys<'a>(pub(crate) &'a Store);

/// Unused items of revoked and replaced secrets go after this many seconds.
const FORGET_AFTER: i64 = 30 * 86_400;
/// Bytes of an id that is looked for; DynamoDB refuses keys that are much longer.
const LONGEST_ID: usize = 64;
/// `last_used_at` is written at most this often.
const LAST_USED_EVERY_MS: i64 = 600_000;

fn by_hash(hash: &str) -> (String, String) {
    (format!("SECRET#{hash}"), "SECRET".into())
}

fn by_id(account: &str, id: &str) -> (String, String) {
    (format!("KEYS#{account}"), format!("KEY#{id}"))
}

fn primary(key: (String, String)) -> HashMap<String, AttributeValue> {
    HashMap::from([("pk".into(), text(key.0)), ("sk".into(), text(key.1))])
}

impl Keys<'_> {
    /// The key of a secret, whatever its state. One read.
    pub async fn find_by_secret(&self, secret: &Secret) -> Result<Option<KeyRecord>, StoreError> {
        self.read(by_hash(&secret.hash())).await
    }

    pub async fn find(&self, account: &str, id: &str) -> Result<Option<KeyRecord>, StoreError> {
        if id.len() > LONGEST_ID {
            return Ok(None);
        }
        self.read(by_id(account, id)).await
    }

    async fn read(&self, key: (String, String)) -> Result<Option<KeyRecord>, StoreError> {
        let call = self.0.dynamodb.get_item().table_name(self.0.names.table(&KEYS));
        let found = call.set_key(Some(primary(key))).consistent_read(true).send().await?;
        found.item.map(|item| KeyRecord::read(&Item(item))).transpose()
    }

    /// One page of an account's keys by id, and the id to go on after.
    pub async fn list(
        &self,
        account: &str,
        limit: u32,
        after: Option<&str>,
    ) -> Result<(Vec<KeyRecord>, Option<String>), StoreError> {
        let (pk, _) = by_id(account, "");
        let page = self
            .0
            .dynamodb
            .query()
            .table_name(self.0.names.table(&KEYS))
            .key_condition_expression("pk = :pk AND begins_with(sk, :key)")
            .expression_attribute_values(":pk", text(pk))
            .expression_attribute_values(":key", text("KEY#"))
            .limit(limit.try_into().unwrap_or(100))
            .set_exclusive_start_key(after.map(|id| primary(by_id(account, id))))
            .send()
            .await?;
        let more = page.last_evaluated_key.is_some();
        let keys: Vec<KeyRecord> = page
            .items
            .unwrap_or_default()
            .into_iter()
            .map(|item| KeyRecord::read(&Item(item)))
            .collect::<Result<_, _>>()?;
        let next = keys.last().filter(|_| more).map(|key| key.id.clone());
        Ok((keys, next))
    }

    /// Adds the two items of a new key to a transaction.
    pub fn create(&self, transaction: &mut Transaction<'_>, key: &KeyRecord) -> Result<(), StoreError> {
        transaction.put_new(Guard::Key, &KEYS, key.item(by_id(&key.account, &key.id)))?;
        transaction.put_new(Guard::Key, &KEYS, key.item(by_hash(&key.hash)))
    }

    /// Changes a key, in both items and in the one of a secret in grace. `None` where another change came between.
    pub async fn change(&self, key: &KeyRecord, change: KeyChange) -> Result<Option<KeyRecord>, StoreError> {
        let mut changed = key.clone();
        let name_only = KeyChange { name: None, ..change.clone() }.is_empty();
        changed.name = change.name.unwrap_or(changed.name);
        changed.scopes = change.scopes.unwrap_or(changed.scopes);
        changed.expires_at = change.expires_at.or(changed.expires_at);
        changed.rate_limit = change.rate_limit.or(changed.rate_limit);
        changed.spend_cap = change.spend_cap.or(changed.spend_cap);
        changed.log_bodies = change.log_bodies.unwrap_or(changed.log_bodies);
        changed.revoked |= change.revoked;
        changed.revision += 1;
        // Why: a secret in grace has a copy of its own with the old rights; taking rights away must reach it.
        let old_hash = if name_only { None } else { changed.old_hash.take() };
        let mut transaction = self.0.transaction();
        let unchanged = Change::default().when("revision = :revision").number(":revision", key.revision);
        transaction.put(Guard::Key, &KEYS, changed.item(by_id(&key.account, &key.id)), unchanged)?;
        transaction.put(Guard::None, &KEYS, changed.item(by_hash(&key.hash)), Change::default())?;
        if let Some(old_hash) = old_hash {
            transaction.delete(&KEYS, by_hash(&old_hash))?;
        }
        match transaction.commit().await {
            Ok(()) => Ok(Some(changed)),
            Err(TransactionError::Refused(_)) => Ok(None),
            Err(TransactionError::Store(error)) => Err(error),
        }
    }

    /// Adds a rotation to a transaction: a new secret for the same key; the old one works until `grace_until_ms`.
    pub fn rotate(
        &self,
        transaction: &mut Transaction<'_>,
        key: &KeyRecord,
        secret: &Secret,
        now_ms: i64,
        grace_seconds: u32,
    ) -> Result<KeyRecord, StoreError> {
        let mut rotated = key.clone();
        rotated.hash = secret.hash();
        rotated.prefix = secret.prefix().to_owned();
        rotated.last4 = secret.last4().to_owned();
        rotated.old_hash = (grace_seconds > 0).then(|| key.hash.clone());
        rotated.revision += 1;
        let unchanged = Change::default().when("revision = :revision").number(":revision", key.revision);
        transaction.put(Guard::Key, &KEYS, rotated.item(by_id(&key.account, &key.id)), unchanged)?;
        transaction.put_new(Guard::Key, &KEYS, rotated.item(by_hash(&rotated.hash)))?;
        if let Some(older) = &key.old_hash {
            transaction.delete(&KEYS, by_hash(older))?;
        }
        if grace_seconds == 0 {
            transaction.delete(&KEYS, by_hash(&key.hash))?;
        } else {
            let until = now_ms / 1000 + i64::from(grace_seconds);
            let mut old = key.clone();
            old.expires_at = Some(key.expires_at.map_or(until, |at| at.min(until)));
            let item = old.item(by_hash(&key.hash)).number("expires", until + FORGET_AFTER);
            transaction.put(Guard::None, &KEYS, item, Change::default())?;
        }
        Ok(rotated)
    }

    /// Notes that a key was used, at most every ten minutes. Whether it was written.
    pub async fn touch(&self, key: &KeyRecord, now_ms: i64) -> Result<bool, StoreError> {
        let outcome = self
            .0
            .dynamodb
            .update_item()
            .table_name(self.0.names.table(&KEYS))
            .set_key(Some(primary(by_id(&key.account, &key.id))))
            .update_expression("SET last_used = :now")
            .condition_expression(
                "attribute_exists(pk) AND (attribute_not_exists(last_used) OR last_used < :before)",
            )
            .expression_attribute_values(":now", number(now_ms))
            .expression_attribute_values(":before", number(now_ms - LAST_USED_EVERY_MS))
            .send()
            .await;
        Ok(unless_refused(outcome)?.is_some())
    }
}
