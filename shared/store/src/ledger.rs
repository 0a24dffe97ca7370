//! Money. Reserve, then settle or release, each in one transaction, keyed on the request id.
//! At every moment: granted = available + held + spent, held ≥ 0, available ≥ 0.

mod parts;
mod read;

use contract::Credits;
use contract::clock::month;
use contract::platform::money::{EntryKind, LedgerEntry};
use contract::resources::LEDGER;

use crate::transaction::Change;
use crate::{Guard, Item, KeyRecord, Store, StoreError, Transaction, TransactionError};

/// Credits held for one call or task. The row `id` of the account's ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    pub account: String,
    pub id: String,
    pub amount: Credits,
    pub key_id: String,
    pub request_id: String,
    month: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BalanceSheet {
    pub available: Credits,
    pub held: Credits,
    pub spent: Credits,
    pub granted: Credits,
    pub updated_at_ms: i64,
}

#[derive(Debug)]
pub struct Ledger<'a>(pub(crate) &'a Store);

/// Open holds are spread over this many partitions of the index.
const SHARDS: u8 = 4;
/// Micro-credits an account may ever be granted: far below what is counted exactly.
const MOST_GRANTED: i64 = i64::MAX / 4;
const EXISTS: &str = "attribute_exists(pk)";

pub(crate) fn balance_key(account: &str) -> (String, String) {
    (format!("ACCOUNT#{account}"), "BALANCE".into())
}

fn rows(account: &str) -> String {
    format!("LEDGER#{account}")
}

fn spend_key(account: &str, month: &str, key_id: &str) -> (String, String) {
    (format!("ACCOUNT#{account}"), format!("SPENT#{month}#{key_id}"))
}

fn entry_id(now_ms: i64, request_id: &str, kind: EntryKind) -> String {
    let kind = match kind {
        EntryKind::Grant => "grant",
        EntryKind::Hold => "hold",
        EntryKind::Charge => "charge",
        EntryKind::Release => "release",
    };
    format!("{now_ms:013}-{request_id}-{kind}")
}

fn shard(id: &str) -> String {
    format!("HOLD#{}", id.bytes().fold(0u8, |sum, byte| sum.wrapping_add(byte)) % SHARDS)
}

impl Hold {
    /// A hold that is not made yet.
    pub fn new(key: &KeyRecord, request_id: &str, amount: Credits, now_ms: i64) -> Self {
        Self::of(&key.account, &key.id, request_id, amount, now_ms)
    }

    pub(crate) fn of(account: &str, key_id: &str, request_id: &str, amount: Credits, now_ms: i64) -> Self {
        Self {
            account: account.to_owned(),
            id: entry_id(now_ms, request_id, EntryKind::Hold),
            amount,
            key_id: key_id.to_owned(),
            request_id: request_id.to_owned(),
            month: month(now_ms),
        }
    }

    /// The calendar month that its spending counts in.
    pub(crate) fn month(&self) -> &str {
        &self.month
    }

    pub(crate) fn write(&self, item: Item) -> Item {
        item.text("hold_id", &self.id)
            .number("hold_amount", self.amount.micro())
            .text("hold_month", &self.month)
            .text("key_id", &self.key_id)
            .text("request_id", &self.request_id)
    }

    pub(crate) fn read(item: &Item, account: &str) -> Result<Self, StoreError> {
        Ok(Self {
            account: account.to_owned(),
            id: item.get_text("hold_id")?.into(),
            amount: item.credits("hold_amount"),
            key_id: item.get_text("key_id")?.into(),
            request_id: item.get_text("request_id")?.into(),
            month: item.get_text("hold_month")?.into(),
        })
    }
}

impl Ledger<'_> {
    /// Adds the writes of a new hold. Refused by [`Guard::Balance`] or [`Guard::SpendCap`]; by [`Guard::Hold`] where this
    /// request already has one. It dies at `expires_ms` unless it is settled, released or handed to a task before; `None`: it ends only so.
    pub fn hold(
        &self,
        transaction: &mut Transaction<'_>,
        hold: &Hold,
        cap: Option<Credits>,
        now_ms: i64,
        expires_ms: Option<i64>,
    ) -> Result<(), StoreError> {
        let amount = hold.amount.micro();
        self.take(transaction, &hold.account, hold.amount, now_ms)?;
        let row = hold
            .write(Item::new(rows(&hold.account), &hold.id))
            .text("account", &hold.account)
            .text("kind", "hold")
            .text("hold_state", "held")
            .number("credits", amount)
            .number("created_at", now_ms)
            .optional_text("open_pk", expires_ms.map(|_| shard(&hold.id)))
            .optional_number("open_at", expires_ms);
        transaction.put_new(Guard::Hold, &LEDGER, row)?;
        self.count_spend(transaction, hold, hold.amount, cap)
    }

    /// Hands a hold to a task: from here on it ends only with the task.
    pub fn hand_over(&self, transaction: &mut Transaction<'_>, hold: &Hold) -> Result<(), StoreError> {
        let change = Change::new("REMOVE open_pk, open_at").when("hold_state = :held").text(":held", "held");
        self.hold_row(transaction, hold, change)
    }

    fn end_row(&self, hold: &Hold, id: String, kind: &str, credits: Credits, now_ms: i64) -> Item {
        Item::new(rows(&hold.account), id)
            .text("kind", kind)
            .number("credits", credits.micro())
            .number("created_at", now_ms)
            .text("request_id", &hold.request_id)
            .text("key_id", &hold.key_id)
    }

    fn take(
        &self,
        transaction: &mut Transaction<'_>,
        account: &str,
        credits: Credits,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let take = Change::new("SET available = available - :n, held = held + :n, updated_at = :now")
            .when("available >= :n")
            .number(":n", credits.micro())
            .number(":now", now_ms);
        transaction.update(Guard::Balance, &LEDGER, balance_key(account), take)
    }

    fn count_spend(
        &self,
        transaction: &mut Transaction<'_>,
        hold: &Hold,
        credits: Credits,
        cap: Option<Credits>,
    ) -> Result<(), StoreError> {
        let mut spend = Change::new("ADD used :n").number(":n", credits.micro());
        if let Some(cap) = cap {
            let left = cap.micro() - credits.micro();
            let fits =
                if left >= 0 { "attribute_not_exists(used) OR used <= :left" } else { "used <= :left" };
            spend = spend.when(fits).number(":left", left);
        }
        let key = spend_key(&hold.account, &hold.month, &hold.key_id);
        transaction.update(Guard::SpendCap, &LEDGER, key, spend)
    }

    /// Adds the writes that charge `charged` of a hold (at most its amount) and give the rest back.
    pub fn settle(
        &self,
        transaction: &mut Transaction<'_>,
        hold: &Hold,
        charged: Credits,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        self.finish(transaction, hold, charged.min(hold.amount), now_ms)
    }

    /// Adds the writes that give a hold back.
    pub fn release(
        &self,
        transaction: &mut Transaction<'_>,
        hold: &Hold,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        self.finish(transaction, hold, Credits::ZERO, now_ms)
    }

    fn finish(
        &self,
        transaction: &mut Transaction<'_>,
        hold: &Hold,
        charged: Credits,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let (held, spent) = (hold.amount.micro(), charged.micro());
        let (state, kind, shown) = match charged {
            Credits::ZERO => ("released", EntryKind::Release, hold.amount),
            _ => ("settled", EntryKind::Charge, charged),
        };
        let end = Change::new("SET hold_state = :state REMOVE open_pk, open_at")
            .when("hold_state = :held")
            .text(":state", state)
            .text(":held", "held");
        self.hold_row(transaction, hold, end)?;
        let give = Change::new("SET available = available + :back, held = held - :held, spent = spent + :spent, updated_at = :now")
            .when("held >= :held")
            .number(":back", held - spent)
            .number(":held", held)
            .number(":spent", spent)
            .number(":now", now_ms);
        transaction.update(Guard::Balance, &LEDGER, balance_key(&hold.account), give)?;
        let row = Item::new(rows(&hold.account), entry_id(now_ms, &hold.request_id, kind))
            .text("kind", if spent == 0 { "release" } else { "charge" })
            .number("credits", shown.micro())
            .number("created_at", now_ms)
            .text("request_id", &hold.request_id)
            .text("key_id", &hold.key_id);
        transaction.put_new(Guard::Hold, &LEDGER, row)?;
        let month =
            Change::new("ADD used :back, spent :spent").number(":back", spent - held).number(":spent", spent);
        transaction.update(Guard::None, &LEDGER, spend_key(&hold.account, &hold.month, &hold.key_id), month)
    }

    fn hold_row(
        &self,
        transaction: &mut Transaction<'_>,
        hold: &Hold,
        change: Change,
    ) -> Result<(), StoreError> {
        transaction.update(Guard::Hold, &LEDGER, (rows(&hold.account), hold.id.clone()), change)
    }

    /// Adds the writes of a grant; a negative one is refused by [`Guard::Balance`] where it would go below zero, any
    /// by the same guard where the account does not exist.
    pub fn grant(
        &self,
        transaction: &mut Transaction<'_>,
        account: &str,
        entry: &LedgerEntry,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let credits = entry.credits.micro();
        let add = Change::new("SET available = available + :n, granted = granted + :n, updated_at = :now")
            .when(format!("{EXISTS} AND available >= :least AND granted <= :most"))
            .number(":most", MOST_GRANTED - credits.max(0))
            .number(":n", credits)
            .number(":least", (-credits).max(0))
            .number(":now", now_ms);
        transaction.update(Guard::Balance, &LEDGER, balance_key(account), add)?;
        let row = Item::new(rows(account), &entry.id)
            .text("kind", "grant")
            .number("credits", credits)
            .number("created_at", now_ms)
            .optional_text("request_id", entry.request_id.as_deref())
            .optional_text("reason", entry.reason.as_deref());
        transaction.put_new(Guard::Hold, &LEDGER, row)
    }

    /// The entry of a grant that is not made yet.
    pub fn grant_entry(request_id: &str, credits: Credits, reason: &str, now_ms: i64) -> LedgerEntry {
        LedgerEntry {
            id: entry_id(now_ms, request_id, EntryKind::Grant),
            kind: EntryKind::Grant,
            credits,
            created_at: contract::clock::seconds(now_ms),
            request_id: Some(request_id.to_owned()),
            key_id: None,
            reason: Some(reason.to_owned()),
        }
    }

    /// Releases a hold on its own. `false` where it had already ended.
    pub async fn release_now(&self, hold: &Hold, now_ms: i64) -> Result<bool, StoreError> {
        let mut transaction = self.0.transaction();
        self.release(&mut transaction, hold, now_ms)?;
        match transaction.commit().await {
            Ok(()) => Ok(true),
            Err(TransactionError::Refused(_)) => Ok(false),
            Err(TransactionError::Store(error)) => Err(error),
        }
    }
}
