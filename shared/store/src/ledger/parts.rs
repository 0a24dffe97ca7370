//! The money of a job: one hold that is charged part by part, may grow, and ends once.

use contract::Credits;
use contract::platform::money::EntryKind;
use contract::resources::LEDGER;

use super::{Hold, Ledger, balance_key, entry_id, spend_key};
use crate::transaction::Change;
use crate::{Guard, StoreError, Transaction};

impl Ledger<'_> {
    /// Adds the writes that hold more for a part of a job that turned out dearer than its hold. Refused as [`Ledger::hold`].
    pub(crate) fn hold_more(
        &self,
        transaction: &mut Transaction<'_>,
        hold: &Hold,
        (more, part): (Credits, &str),
        cap: Option<Credits>,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        self.take(transaction, &hold.account, more, now_ms)?;
        let id = format!("{now_ms:013}-{}-{part}-hold", hold.request_id);
        transaction.put_new(Guard::Hold, &LEDGER, self.end_row(hold, id, "hold", more, now_ms))?;
        self.count_spend(transaction, hold, more, cap)
    }

    /// Adds the writes that charge a part of what a job holds. `part` names it among the charges of this request.
    pub(crate) fn charge_part(
        &self,
        transaction: &mut Transaction<'_>,
        hold: &Hold,
        charged: Credits,
        part: &str,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let spent = charged.micro();
        let charge = Change::new("SET held = held - :n, spent = spent + :n, updated_at = :now")
            .when("held >= :n")
            .number(":n", spent)
            .number(":now", now_ms);
        transaction.update(Guard::Balance, &LEDGER, balance_key(&hold.account), charge)?;
        let id = format!("{now_ms:013}-{}-{part}-charge", hold.request_id);
        transaction.put_new(Guard::Hold, &LEDGER, self.end_row(hold, id, "charge", charged, now_ms))?;
        let month = Change::new("ADD spent :n").number(":n", spent);
        transaction.update(Guard::None, &LEDGER, spend_key(&hold.account, &hold.month, &hold.key_id), month)
    }

    /// Adds the writes that end the hold of a job and give back what is left of it.
    pub(crate) fn release_rest(
        &self,
        transaction: &mut Transaction<'_>,
        hold: &Hold,
        rest: Credits,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let end = Change::new("SET hold_state = :state REMOVE open_pk, open_at")
            .when("hold_state = :held")
            .text(":state", "settled")
            .text(":held", "held");
        self.hold_row(transaction, hold, end)?;
        if rest == Credits::ZERO {
            return Ok(());
        }
        let give = Change::new("SET available = available + :n, held = held - :n, updated_at = :now")
            .when("held >= :n")
            .number(":n", rest.micro())
            .number(":now", now_ms);
        transaction.update(Guard::Balance, &LEDGER, balance_key(&hold.account), give)?;
        let id = entry_id(now_ms, &hold.request_id, EntryKind::Release);
        transaction.put_new(Guard::Hold, &LEDGER, self.end_row(hold, id, "release", rest, now_ms))?;
        let month = Change::new("ADD used :n").number(":n", -rest.micro());
        transaction.update(Guard::None, &LEDGER, spend_key(&hold.account, &hold.month, &hold.key_id), month)
    }
}
