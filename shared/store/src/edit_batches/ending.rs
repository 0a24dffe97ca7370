//! The end of a batch. Whoever claims it may gather its results; from then on no chunk is held for or settled.

use contract::resources::EDIT_BATCHES;

use super::{EditBatchPhase, EditBatchRecord, EditBatches, committed, key};
use crate::transaction::Change;
use crate::{Guard, Listening, News, StoreError, Transaction};

/// Ended batches are forgotten after this many seconds.
const KEEP_SECONDS: i64 = 30 * 86_400;
const CLOSED: &str = "REMOVE open_pk, open_at, lease, lease_until, ending, ending_until";

/// Who is told of an end, and what; `None`: nobody listens.
type Told = Option<(Listening, News)>;

impl EditBatches<'_> {
    /// Asks a batch to stop: at once while its folder is listed, soon where chunks are in work. `None`: it has ended, or is about to.
    pub async fn cancel(
        &self,
        batch: &EditBatchRecord,
        told: Told,
        now_ms: i64,
    ) -> Result<Option<EditBatchPhase>, StoreError> {
        let change = closed(EditBatchPhase::Cancelled, "", now_ms)
            .when("phase = :listing")
            .text(":listing", EditBatchPhase::Listing.name());
        if self.close(batch, change, told, now_ms).await? {
            return Ok(Some(EditBatchPhase::Cancelled));
        }
        let change = Change::new("SET phase = :cancelling")
            .when("phase = :working AND attribute_not_exists(ending)")
            .text(":working", EditBatchPhase::Working.name())
            .text(":cancelling", EditBatchPhase::Cancelling.name());
        let asked = self.update(key(batch.id), change).await?;
        Ok(asked.map(|_| EditBatchPhase::Cancelling))
    }

    /// Ends a batch whose folder cannot be listed. `errors`: JSON. `lease`: the worker's own; `None` ends it whoever lists it.
    pub async fn fail_listing(
        &self,
        batch: &EditBatchRecord,
        lease: Option<&str>,
        errors: &str,
        told: Told,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let mut change = closed(EditBatchPhase::Error, ", edit_errors = :errors", now_ms)
            .text(":listing", EditBatchPhase::Listing.name())
            .text(":errors", errors);
        change = match lease {
            Some(lease) => change.when("phase = :listing AND lease = :lease").text(":lease", lease),
            None => change.when("phase = :listing"),
        };
        self.close(batch, change, told, now_ms).await
    }

    /// Takes a batch to end it until `until_ms`: one of which every chunk is settled, or that is to stop. `None`: it is not to be ended, or
    /// somebody else is at it.
    pub async fn claim(
        &self,
        id: u64,
        lease: &str,
        (now_ms, until_ms): (i64, i64),
    ) -> Result<Option<EditBatchRecord>, StoreError> {
        let change = Change::new("SET ending = :lease, ending_until = :until")
            .when(
                "((phase = :working AND chunks_done = chunk_count) OR phase = :cancelling) \
                 AND (attribute_not_exists(ending) OR ending_until < :now)",
            )
            .text(":working", EditBatchPhase::Working.name())
            .text(":cancelling", EditBatchPhase::Cancelling.name())
            .text(":lease", lease)
            .number(":now", now_ms)
            .number(":until", until_ms);
        self.update(key(id), change).await?.map(|item| EditBatchRecord::read(&item)).transpose()
    }

    /// Puts off the end of a batch that could not be brought about now.
    pub async fn unclaim(&self, id: u64, lease: &str) -> Result<(), StoreError> {
        let change = Change::new("SET ending_until = :zero")
            .when("ending = :lease")
            .text(":lease", lease)
            .number(":zero", 0);
        self.update(key(id), change).await.map(drop)
    }

    /// Ends a claimed batch in the phase of [`end_of`].
    pub async fn end(
        &self,
        batch: &EditBatchRecord,
        lease: &str,
        told: Told,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let change = closed(end_of(batch), "", now_ms).when("ending = :lease").text(":lease", lease);
        self.close(batch, change, told, now_ms).await
    }

    /// A last change, and what is told of it, together.
    async fn close(
        &self,
        batch: &EditBatchRecord,
        change: Change,
        told: Told,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let mut transaction: Transaction<'_> = self.0.transaction();
        transaction.update(Guard::Job, &EDIT_BATCHES, key(batch.id), change)?;
        let messages = match &told {
            Some((listening, news)) => {
                self.0.webhooks().announce(&mut transaction, listening, news, now_ms)?
            }
            None => Vec::new(),
        };
        let ended = committed(transaction).await?;
        if ended {
            self.0.webhooks().send(&messages).await;
        }
        Ok(ended)
    }
}

/// The phase in which a batch ends that has nothing more to be waited for.
pub fn end_of(batch: &EditBatchRecord) -> EditBatchPhase {
    match batch.phase {
        EditBatchPhase::Cancelling => EditBatchPhase::Cancelled,
        _ if batch.done > 0 => EditBatchPhase::Done,
        _ => EditBatchPhase::Error,
    }
}

/// The change to an ended phase, with further assignments.
fn closed(phase: EditBatchPhase, set: &str, now_ms: i64) -> Change {
    Change::new(format!("SET phase = :phase, expires = :expires{set} {CLOSED}"))
        .text(":phase", phase.name())
        .number(":expires", now_ms / 1000 + KEEP_SECONDS)
}
