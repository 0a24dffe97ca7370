//! Answers kept under an `Idempotency-Key`. The record is made with the hold and finished with the settlement, in the same
//! transactions, so that a call happens once or not at all.

use contract::limits::IDEMPOTENCY_SECONDS;
use contract::resources::LEDGER;
use sha2::{Digest, Sha256};

use crate::error::unless_refused;
use crate::item::text;
use crate::secret::hex;
use crate::transaction::Change;
use crate::{Guard, Item, Store, StoreError, Transaction};

/// A call that carries a key and is about to run.
#[derive(Debug, Clone)]
pub struct StartedCall {
    /// Partition of the record: account and digest of the key.
    pub record: String,
    pub fingerprint: String,
    pub request_id: String,
}

/// The first answer, to be given again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    pub status: u16,
    /// As it was sent, or sealed where it holds a secret.
    pub body: String,
    pub sealed: bool,
}

/// What an earlier call with the same key means for this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Earlier {
    Answer(KeptAnswer),
    OtherRequest,
    /// Still running, for at most so many milliseconds.
    Running {
        for_ms: i64,
    },
}

#[derive(Debug)]
pub struct Idempotency<'a>(pub(crate) &'a Store);

impl StartedCall {
    /// `parts` of the fingerprint: method, path and body.
    pub fn new(account: &str, key: &str, parts: [&[u8]; 3], request_id: &str) -> Self {
        let mut digest = Sha256::new();
        for part in parts {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        Self {
            record: format!("IDEMPOTENCY#{account}#{}", hex(&Sha256::digest(key.as_bytes()))),
            fingerprint: hex(&digest.finalize()),
            request_id: request_id.to_owned(),
        }
    }

    fn key(&self) -> (String, String) {
        (self.record.clone(), "CALL".into())
    }
}

impl Idempotency<'_> {
    /// Adds the record of a running call. Refused by [`Guard::Idempotency`] where the key is in use.
    pub fn start(
        &self,
        transaction: &mut Transaction<'_>,
        call: &StartedCall,
        now_ms: i64,
        until_ms: i64,
    ) -> Result<(), StoreError> {
        let (pk, sk) = call.key();
        let item = Item::new(pk, sk)
            .text("fingerprint", &call.fingerprint)
            .text("call_state", "running")
            .number("running_until", until_ms)
            .number("begun_at", now_ms)
            .text("request_id", &call.request_id)
            .number("expires", now_ms / 1000 + IDEMPOTENCY_SECONDS);
        let free = Change::default()
            .when(
                "attribute_not_exists(pk) OR expires <= :now OR (call_state = :running AND (running_until < :now_ms OR begun_at < :alone))",
            )
            // What ran before this process had the store to itself died with the one before.
            .number(":alone", self.0.alone_since_ms.unwrap_or(0))
            .number(":now", now_ms / 1000)
            .number(":now_ms", now_ms)
            .text(":running", "running");
        transaction.put(Guard::Idempotency, &LEDGER, item, free)
    }

    /// Adds the answer to the record. Refused by [`Guard::Idempotency`] where another call has taken the key over.
    pub fn finish(
        &self,
        transaction: &mut Transaction<'_>,
        call: &StartedCall,
        answer: &KeptAnswer,
    ) -> Result<(), StoreError> {
        let mut change = Change::new(
            "SET call_state = :done, answer_status = :status, answer_body = :body, sealed = :sealed",
        )
        .when("request_id = :request AND call_state = :running")
        .text(":done", "done")
        .text(":running", "running")
        .text(":request", &call.request_id)
        .text(":body", &answer.body)
        .number(":status", i64::from(answer.status));
        change.values.insert(":sealed".into(), aws_sdk_dynamodb::types::AttributeValue::Bool(answer.sealed));
        transaction.update(Guard::Idempotency, &LEDGER, call.key(), change)
    }

    /// Frees the key of a call that did not end in a 2xx.
    pub async fn free(&self, call: &StartedCall) -> Result<(), StoreError> {
        let (pk, sk) = call.key();
        let outcome = self
            .0
            .dynamodb
            .delete_item()
            .table_name(self.0.names.table(&LEDGER))
            .key("pk", text(pk))
            .key("sk", text(sk))
            .condition_expression("request_id = :request AND call_state = :running")
            .expression_attribute_values(":request", text(&call.request_id))
            .expression_attribute_values(":running", text("running"))
            .send()
            .await;
        unless_refused(outcome)?;
        Ok(())
    }

    /// What a record that refused a call means.
    pub fn earlier(&self, found: &Item, call: &StartedCall, now_ms: i64) -> Result<Earlier, StoreError> {
        if found.get_text("fingerprint")? != call.fingerprint {
            return Ok(Earlier::OtherRequest);
        }
        if found.get_text("call_state")? == "running" {
            return Ok(Earlier::Running { for_ms: (found.get_number("running_until")? - now_ms).max(1) });
        }
        Ok(Earlier::Answer(KeptAnswer {
            status: u16::try_from(found.get_number("answer_status")?).unwrap_or(200),
            body: found.get_text("answer_body")?.to_owned(),
            sealed: found.is("sealed"),
        }))
    }
}
