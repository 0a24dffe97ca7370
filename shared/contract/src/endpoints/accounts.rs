//! Keys, credits, usage and logs.

use serde_json::json;

use crate::endpoint::{Endpoint, Nothing};
use crate::platform::keys::{Key, KeyCreate, KeyRef, KeyRotate, KeyUpdate, KeyWithSecret, Page, PageQuery};
use crate::platform::logs::{LogQuery, LogRow};
use crate::platform::money::{Balance, GrantCreate, LedgerEntry};
use crate::platform::usage::{UsageQuery, UsageReport};
use crate::resources::Needs::{KeysWrite, LogsRead};
use crate::{ErrorKind, Family, Scope};

pub const KEY_CREATE: Endpoint<KeyCreate, KeyWithSecret> = Endpoint::post("key-create", "/v1/keys")
    .family(Family::Classification)
    .scope(Scope::Keys)
    .summary("Make a key; its secret is shown this once")
    .creates()
    .needs(&[KeysWrite])
    .secret_answer()
    .example(|| json!({"name": "CI", "scopes": ["image_editing"], "spend_cap": 100}));

pub const KEY_LIST: Endpoint<PageQuery, Page<Key>> = Endpoint::get("key-list", "/v1/keys")
    .family(Family::Classification)
    .scope(Scope::Keys)
    .summary("All keys of the account, without secrets");

pub const KEY_GET: Endpoint<KeyRef, Key> = Endpoint::get("key-get", "/v1/keys/{id}")
    .family(Family::Classification)
    .scope(Scope::Keys)
    .summary("One key")
    .fails(&[ErrorKind::KeyNotFound]);

pub const KEY_UPDATE: Endpoint<KeyUpdate, Key> = Endpoint::patch("key-update", "/v1/keys/{id}")
    .family(Family::Classification)
    .scope(Scope::Keys)
    .summary("Rename a key or take rights from it")
    .needs(&[KeysWrite])
    .example(|| json!({"name": "CI, images only", "scopes": ["image_editing"]}))
    .fails(&[ErrorKind::KeyNotFound, ErrorKind::KeyChanged]);

pub const KEY_ROTATE: Endpoint<KeyRotate, KeyWithSecret> =
    Endpoint::post("key-rotate", "/v1/keys/{id}/rotate")
        .family(Family::Classification)
        .scope(Scope::Keys)
        .summary("A new secret for the same key; the old one may live on for a while")
        .needs(&[KeysWrite])
        .secret_answer()
        .example(|| json!({"grace_seconds": 3600}))
        .fails(&[ErrorKind::KeyNotFound, ErrorKind::KeyChanged]);

pub const KEY_DELETE: Endpoint<KeyRef, Key> = Endpoint::delete("key-delete", "/v1/keys/{id}")
    .family(Family::Classification)
    .scope(Scope::Keys)
    .summary("Revoke a key")
    .needs(&[KeysWrite])
    .fails(&[ErrorKind::KeyNotFound, ErrorKind::KeyChanged]);

pub const BALANCE_GET: Endpoint<Nothing, Balance> = Endpoint::get("balance-get", "/v1/balance")
    .family(Family::Classification)
    .scope(Scope::Billing)
    .summary("What the account has, holds and has spent");

pub const BALANCE_GRANT: Endpoint<GrantCreate, LedgerEntry> =
    Endpoint::post("balance-grant", "/v1/balance/grants")
        .family(Family::Classification)
        .scope(Scope::Operator)
        .summary("Grant credits to an account (operator)")
        .creates()
        .example(|| json!({"account": "default", "credits": 500, "reason": "November top-up"}))
        .fails(&[ErrorKind::AccountNotFound, ErrorKind::GrantBelowZero]);

pub const LEDGER_LIST: Endpoint<PageQuery, Page<LedgerEntry>> =
    Endpoint::get("ledger-list", "/v1/balance/ledger")
        .family(Family::Classification)
        .scope(Scope::Billing)
        .summary("Every grant, hold, charge and release, newest first");

pub const USAGE_GET: Endpoint<UsageQuery, UsageReport> = Endpoint::get("usage-get", "/v1/usage")
    .family(Family::Classification)
    .scope(Scope::Billing)
    .summary("Calls, tokens, credits and latency by time; CSV with `Accept: text/csv`")
    .needs(&[LogsRead]);

pub const LOG_LIST: Endpoint<LogQuery, Page<LogRow>> = Endpoint::get("log-list", "/v1/logs")
    .family(Family::Classification)
    .scope(Scope::Logs)
    .summary("Calls of the last 30 days, newest first")
    .needs(&[LogsRead]);
