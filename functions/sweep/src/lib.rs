//! Repairs what a killed process leaves: holds of calls that never ended, messages that were never sent, tasks that
//! nobody will finish, deliveries whose time has come. And it looks for balances that somebody wants to be told of.

use std::sync::Arc;

use common::{Function, Platform};
use contract::clock::micros;
use contract::resources::{EDITS, EXTRACTS, Queue, SWEEP};
use contract::tasks::TaskError;
use store::{
    ExtractMessage, ExtractionRecord, News, Outcome, StoreError, TaskRecord, Verdict, WebhookRecord,
};

/// Holds and tasks looked at in one sweep, a shard of the index.
const MOST: i32 = 100;
/// A task older than this without an end is given up: it has been tried as often as its queue allows. Milliseconds.
const GIVE_UP_AFTER_MS: i64 = 6 * 3600 * 1000;

pub fn function() -> Function {
    Function::schedule(SWEEP, run)
}

async fn run(platform: Arc<Platform>) -> Result<(), StoreError> {
    let now_ms = platform.now_ms();
    for hold in platform.store.ledger().expired_holds(now_ms, MOST).await? {
        if platform.store.ledger().release_now(&hold, now_ms).await? {
            tracing::warn!(account = hold.account, request_id = hold.request_id, "expired hold released");
        }
    }
    for task in platform.store.tasks().overdue(now_ms, MOST).await? {
        repair(&platform, &task, now_ms).await?;
    }
    for extraction in platform.store.extractions().overdue(now_ms, MOST).await? {
        repair_extraction(&platform, &extraction, now_ms).await?;
    }
    platform.store.extractions().purge_again(now_ms, now_ms).await?;
    let batches = platform.store.edit_batches().send_again(now_ms, MOST).await?;
    if batches > 0 {
        tracing::warn!(batches, "messages of batches of edits sent again");
    }
    platform.store.webhooks().send_overdue(now_ms, MOST).await?;
    for webhook in platform.store.webhooks().watching_balance(now_ms, MOST).await? {
        look_at_balance(&platform, &webhook, now_ms).await?;
    }
    let jobs = platform.store.jobs().send_again(now_ms, MOST).await?;
    if jobs > 0 {
        tracing::warn!(jobs, "messages of batch jobs sent again");
    }
    Ok(())
}

async fn repair(platform: &Platform, task: &TaskRecord, now_ms: i64) -> Result<(), StoreError> {
    if !gave_up(task.created_at_ms, task.attempts, &EDITS, now_ms) {
        tracing::warn!(task = task.id, "message of an open task sent again");
        return platform.store.queues().send_edits(&[task.message()], 0).await;
    }
    let error = TaskError {
        error: "The edit was not finished in time. Nothing was charged.".into(),
        created_at: micros(now_ms),
        input_object: None,
    };
    let errors = serde_json::to_string(&[error]).map_err(|error| StoreError::Failed(error.into()))?;
    if platform.store.tasks().end(task, None, Verdict::Error { errors }, now_ms).await? {
        tracing::error!(task = task.id, account = task.account, "task given up");
        platform.task_ended.notify_waiters();
    }
    Ok(())
}

async fn repair_extraction(
    platform: &Platform,
    extraction: &ExtractionRecord,
    now_ms: i64,
) -> Result<(), StoreError> {
    let id = &extraction.id;
    if !gave_up(extraction.created_at_ms, extraction.attempts, &EXTRACTS, now_ms) {
        tracing::warn!(extraction = id, "message of an open extraction sent again");
        return platform.store.queues().send_extracts(&[ExtractMessage::Read(id.clone())]).await;
    }
    let sentence = "The extraction was not finished in time. Nothing was charged.".to_owned();
    if platform.store.extractions().end(extraction, None, Outcome::Failed { sentence }, now_ms).await? {
        tracing::error!(extraction = id, account = extraction.account, "extraction given up");
    }
    Ok(())
}

/// Tells a webhook of a low balance, once until it is back.
async fn look_at_balance(
    platform: &Platform,
    webhook: &WebhookRecord,
    now_ms: i64,
) -> Result<(), StoreError> {
    let (webhooks, ledger) = (platform.store.webhooks(), platform.store.ledger());
    let Some(sheet) = ledger.balance(&webhook.account).await? else { return Ok(()) };
    let is_low = sheet.available < platform.config.low_balance;
    if is_low == webhook.low_told {
        return Ok(());
    }
    if !is_low {
        return webhooks.balance_is_back(webhook).await;
    }
    let Some(shown) = ledger.shown(&webhook.account, now_ms).await? else { return Ok(()) };
    let data = serde_json::to_value(shown).map_err(|error| StoreError::Failed(error.into()))?;
    let news = News::new(data, format!("{}/v1/balance", webhook.base_url));
    webhooks.tell_low_balance(webhook, &news, now_ms).await.map(drop)
}

fn gave_up(created_at_ms: i64, attempts: i64, queue: &Queue, now_ms: i64) -> bool {
    now_ms - created_at_ms > GIVE_UP_AFTER_MS || attempts > i64::from(queue.max_receives) * 2
}
