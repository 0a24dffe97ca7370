//! A key's record and its item.

use contract::clock::seconds;
use contract::platform::keys::{Key, KeyStatus};
use contract::{Credits, Scope};

use super::NewKey;
use crate::{Item, Secret, StoreError};

/// A key without its secret.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyRecord {
    pub account: String,
    pub id: String,
    pub name: String,
    pub prefix: String,
    pub last4: String,
    pub scopes: Vec<Scope>,
    pub created_at_ms: i64,
    /// Unix seconds.
    pub expires_at: Option<i64>,
    pub rate_limit: Option<u32>,
    pub spend_cap: Option<Credits>,
    pub log_bodies: bool,
    pub revoked: bool,
    pub last_used_ms: Option<i64>,
    pub(super) hash: String,
    /// Hash of the secret before the last rotation, while its grace lasts.
    pub(super) old_hash: Option<String>,
    pub(super) revision: i64,
}

impl KeyRecord {
    pub fn new(key: NewKey, secret: &Secret, now_ms: i64) -> Self {
        let id: String = uuid::Uuid::new_v4().simple().to_string();
        Self {
            account: key.account,
            id: format!("key_{}", &id[..20]),
            name: key.name,
            prefix: secret.prefix().to_owned(),
            last4: secret.last4().to_owned(),
            scopes: key.scopes,
            created_at_ms: now_ms,
            expires_at: key.expires_at,
            rate_limit: key.rate_limit,
            spend_cap: key.spend_cap,
            log_bodies: key.log_bodies,
            revoked: false,
            last_used_ms: None,
            hash: secret.hash(),
            old_hash: None,
            revision: 1,
        }
    }

    pub fn is_expired(&self, now_ms: i64) -> bool {
        self.expires_at.is_some_and(|at| at * 1000 <= now_ms)
    }

    /// As the API shows it.
    pub fn show(&self, spent_this_month: Credits, now_ms: i64) -> Key {
        let status = match (self.revoked, self.is_expired(now_ms)) {
            (true, _) => KeyStatus::Revoked,
            (false, true) => KeyStatus::Expired,
            (false, false) => KeyStatus::Active,
        };
        Key {
            id: self.id.clone(),
            name: self.name.clone(),
            prefix: self.prefix.clone(),
            last4: self.last4.clone(),
            scopes: self.scopes.clone(),
            status,
            created_at: seconds(self.created_at_ms),
            expires_at: self.expires_at.map(|at| seconds(at * 1000)),
            rate_limit: self.rate_limit,
            spend_cap: self.spend_cap,
            log_bodies: self.log_bodies,
            last_used_at: self.last_used_ms.map(seconds),
            spent_this_month,
        }
    }

    pub(super) fn item(&self, key: (String, String)) -> Item {
        let scopes: Vec<&str> = self.scopes.iter().map(|scope| scope.name()).collect();
        Item::new(key.0, key.1)
            .text("account", &self.account)
            .text("id", &self.id)
            .text("name", &self.name)
            .text("prefix", &self.prefix)
            .text("last4", &self.last4)
            .text("scopes", scopes.join(" "))
            .number("created_at", self.created_at_ms)
            .optional_number("expires_at", self.expires_at)
            .optional_number("rate_limit", self.rate_limit.map(i64::from))
            .optional_number("spend_cap", self.spend_cap.map(Credits::micro))
            .flag("log_bodies", self.log_bodies)
            .flag("revoked", self.revoked)
            .optional_number("last_used", self.last_used_ms)
            .text("hash", &self.hash)
            .optional_text("old_hash", self.old_hash.as_deref())
            .number("revision", self.revision)
    }

    pub(super) fn read(item: &Item) -> Result<Self, StoreError> {
        Ok(Self {
            account: item.get_text("account")?.into(),
            id: item.get_text("id")?.into(),
            name: item.get_text("name")?.into(),
            prefix: item.get_text("prefix")?.into(),
            last4: item.get_text("last4")?.into(),
            scopes: item.get_text("scopes")?.split(' ').filter_map(Scope::parse).collect(),
            created_at_ms: item.get_number("created_at")?,
            expires_at: item.find_number("expires_at"),
            rate_limit: item.find_number("rate_limit").and_then(|limit| u32::try_from(limit).ok()),
            spend_cap: item.find_number("spend_cap").map(Credits::from_micro),
            log_bodies: item.is("log_bodies"),
            revoked: item.is("revoked"),
            last_used_ms: item.find_number("last_used"),
            hash: item.get_text("hash")?.into(),
            old_hash: item.find_text("old_hash").map(str::to_owned),
            revision: item.get_number("revision")?,
        })
    }
}
