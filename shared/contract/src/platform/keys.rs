use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{Check, Fault};
use crate::{Credits, Scope};

/// `POST /v1/keys`. Everything may only shrink: at most what the making key has.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct KeyCreate {
    #[schemars(length(min = 1, max = 100))]
    pub name: String,
    /// Absent: the scopes of the making key.
    #[schemars(length(max = 12))]
    pub scopes: Option<Vec<Scope>>,
    /// RFC 3339. Absent: the expiry of the making key.
    pub expires_at: Option<String>,
    /// Requests a minute for each limit class, below the account's own.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub rate_limit: Option<u32>,
    /// Credits a calendar month (UTC).
    #[schemars(range(min = 0.0))]
    pub spend_cap: Option<Credits>,
    /// Keep the first 2 KB of bodies in the request log.
    pub log_bodies: Option<bool>,
}

/// `PATCH /v1/keys/{id}`: a new name, or less than before.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct KeyUpdate {
    pub id: String,
    #[schemars(length(min = 1, max = 100))]
    pub name: Option<String>,
    #[schemars(length(max = 12))]
    pub scopes: Option<Vec<Scope>>,
    pub expires_at: Option<String>,
    #[schemars(range(min = 1, max = 1_000_000))]
    pub rate_limit: Option<u32>,
    #[schemars(range(min = 0.0))]
    pub spend_cap: Option<Credits>,
    pub log_bodies: Option<bool>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct KeyRef {
    pub id: String,
}

/// `POST /v1/keys/{id}/rotate`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct KeyRotate {
    pub id: String,
    /// Seconds the old secret goes on working.
    #[schemars(range(min = 0, max = 86_400))]
    pub grace_seconds: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyStatus {
    Active,
    Expired,
    Revoked,
}

/// A key without its secret.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Key {
    pub id: String,
    pub name: String,
    /// First 12 characters of the secret.
    pub prefix: String,
    /// Last 4 characters of the secret.
    pub last4: String,
    pub scopes: Vec<Scope>,
    pub status: KeyStatus,
    pub created_at: String,
    pub expires_at: Option<String>,
    pub rate_limit: Option<u32>,
    pub spend_cap: Option<Credits>,
    pub log_bodies: bool,
    pub last_used_at: Option<String>,
    pub spent_this_month: Credits,
}

/// A key with its secret, which is shown this once.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct KeyWithSecret {
    pub key: String,
    #[serde(flatten)]
    pub record: Key,
}

/// Cursor pages.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PageQuery {
    #[schemars(range(min = 1, max = 100))]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[schemars(length(max = 1024))]
    pub cursor: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "{T}Page")]
pub struct Page<T> {
    pub data: Vec<T>,
    pub next_cursor: Option<String>,
}

fn check_expiry(expires_at: Option<&String>, faults: &mut Vec<Fault>) {
    if expires_at.is_some_and(|at| crate::clock::parse_rfc3339(at).is_none()) {
        faults.push(Fault::other("expires_at", "must be an RFC 3339 time"));
    }
}

fn check_scopes(scopes: Option<&Vec<Scope>>, faults: &mut Vec<Fault>) {
    let twice = |scopes: &Vec<Scope>| (1..scopes.len()).any(|at| scopes[..at].contains(&scopes[at]));
    if scopes.is_some_and(twice) {
        faults.push(Fault::other("scopes", "must name each scope once"));
    }
}

fn check_cap(cap: Option<Credits>, faults: &mut Vec<Fault>) {
    if cap.is_some_and(|cap| cap < Credits::ZERO) {
        faults.push(Fault::other("spend_cap", "must be at least 0"));
    }
}

impl Check for KeyCreate {
    fn check(&self, faults: &mut Vec<Fault>) {
        check_scopes(self.scopes.as_ref(), faults);
        check_expiry(self.expires_at.as_ref(), faults);
        check_cap(self.spend_cap, faults);
    }
}

impl Check for KeyUpdate {
    fn check(&self, faults: &mut Vec<Fault>) {
        check_scopes(self.scopes.as_ref(), faults);
        check_expiry(self.expires_at.as_ref(), faults);
        check_cap(self.spend_cap, faults);
    }
}

impl Check for KeyRef {}
impl Check for KeyRotate {}
/// Bytes of the longest cursor ever given.
const LONGEST_CURSOR: usize = 128;

impl Check for PageQuery {
    fn check(&self, faults: &mut Vec<Fault>) {
        if self.cursor.as_ref().is_some_and(|cursor| cursor.is_empty() || cursor.len() > LONGEST_CURSOR) {
            faults.push(Fault::other("cursor", "is no cursor of this list"));
        }
    }
}
