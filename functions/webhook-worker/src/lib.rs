//! Sends deliveries: signed, within a share of all that is sent at the same time, and again later where it failed. Safe to repeat and to
//! kill between any two lines: it sends under a lease, and what was sent and not written down is sent once more under the same id.

use std::sync::Arc;
use std::time::Duration;

use common::{Function, Platform, WorkerError};
use contract::limits::WEBHOOK_DELAYS;
use contract::resources::{LONGEST_DELAY_MS, WEBHOOK_WORKER};
use rand::Rng;
use secrets::Secrets;
use store::{DeliveryMessage, DeliveryRecord, SendPlace, Sent, WebhookRecord, put_back_seconds};
use webhooks::{Answered, Courier, Signatures, Unsent, seal_context};

/// After so long another worker may send a delivery, and its place is free: this one is surely gone. Milliseconds.
const LEASE_MS: i64 = WEBHOOK_WORKER.timeout_seconds as i64 * 1000;
/// Where all places of a webhook are taken: so often it is looked again at once, after so long each time.
const LOOKS: u32 = 3;
const LOOK: Duration = Duration::from_millis(40);

pub fn function() -> Function {
    Function::queue(WEBHOOK_WORKER, handle)
}

async fn handle(platform: Arc<Platform>, body: String) -> Result<(), WorkerError> {
    let message: DeliveryMessage = serde_json::from_str(&body).map_err(WorkerError::new)?;
    let Some(place) = place(&platform, &message).await? else { return put_back(&platform, message).await };
    let done = deliver(&platform, &message).await;
    platform.store.webhooks().leave(&place).await?;
    done
}

/// A place among the sends of the account. `None`: its share is taken.
async fn place(platform: &Platform, message: &DeliveryMessage) -> Result<Option<SendPlace>, WorkerError> {
    let whose = (&message.account[..], &message.webhook[..]);
    for look in 0..=LOOKS {
        let now_ms = platform.now_ms();
        let place = platform.store.webhooks().enter(whose, (now_ms, now_ms + LEASE_MS)).await?;
        if place.is_some() || look == LOOKS {
            return Ok(place);
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(None)
}

/// Lets others go first. No attempt is counted.
async fn put_back(platform: &Platform, mut message: DeliveryMessage) -> Result<(), WorkerError> {
    let seconds = put_back_seconds(message.waited);
    message.waited += 1;
    Ok(platform.store.queues().send_deliveries(&[message], seconds).await?)
}

async fn deliver(platform: &Platform, message: &DeliveryMessage) -> Result<(), WorkerError> {
    let (webhooks, now_ms) = (platform.store.webhooks(), platform.now_ms());
    let Some(webhook) = webhooks.find(&message.account, &message.webhook).await? else {
        return Ok(webhooks.forget(message).await?);
    };
    let lease = uuid::Uuid::new_v4().to_string();
    // Nothing to do: it has ended, its time has not come, or another is sending it.
    let begun = webhooks.begin(message, &lease, (now_ms, now_ms + LEASE_MS)).await?;
    let Some(delivery) = begun else { return Ok(()) };
    if !webhook.is_enabled() {
        let sent = Sent::Failed { status: None, error: "The webhook is disabled.".into() };
        webhooks.end(&delivery, Some(&lease), sent, now_ms).await?;
        return Ok(());
    }
    let answer = match send(platform, &webhook, &delivery).await {
        Ok(answer) => answer,
        Err(error) => {
            webhooks.give_back(&delivery, &lease, platform.now_ms()).await?;
            return Err(error);
        }
    };
    if answer == Ok(Answered(410)) {
        webhooks.disable(&webhook).await?;
        tracing::warn!(webhook = webhook.id, account = webhook.account, "webhook disabled by its receiver");
    }
    let now_ms = platform.now_ms();
    let sent = outcome(&delivery, answer, (now_ms, platform.config.webhook_speed));
    tracing::info!(
        webhook = webhook.id,
        account = webhook.account,
        delivery = delivery.id,
        attempt = delivery.attempts,
        outcome = name(&sent),
        "delivery sent"
    );
    let again = again(&sent, now_ms);
    if webhooks.end(&delivery, Some(&lease), sent, now_ms).await?
        && let Some(seconds) = again
    {
        platform.store.queues().send_deliveries(&[delivery.message()], seconds).await?;
    }
    Ok(())
}

/// Fails only for faults of ours; what is wrong with the receiver is an outcome.
async fn send(
    platform: &Platform,
    webhook: &WebhookRecord,
    delivery: &DeliveryRecord,
) -> Result<Result<Answered, Unsent>, WorkerError> {
    let context = seal_context(&webhook.account, &webhook.id);
    let secret = platform.shared(Secrets::load)?.open(&context, &webhook.secret).await;
    let secret = secret.map_err(WorkerError::new)?;
    let signatures = Signatures::of(&secret).ok_or_else(|| WorkerError::new("a secret that is none"))?;
    let courier = platform.shared(Courier::load)?;
    Ok(courier.send(&webhook.url, delivery, &signatures, platform.now_ms() / 1000).await)
}

/// `speed`: waits are so many times shorter.
fn outcome(delivery: &DeliveryRecord, answer: Result<Answered, Unsent>, (now_ms, speed): (i64, u32)) -> Sent {
    let (status, error) = match answer {
        Ok(Answered(status @ 200..=299)) => return Sent::Delivered { status },
        Ok(Answered(410)) => {
            let error = "The receiver answered 410, so the webhook is disabled.".into();
            return Sent::Failed { status: Some(410), error };
        }
        Ok(Answered(status @ 300..=399)) => {
            (Some(status), format!("The receiver answered {status}: redirects are not followed."))
        }
        Ok(Answered(status)) => (Some(status), format!("The receiver answered {status}.")),
        Err(Unsent(sentence)) => (None, sentence),
    };
    let tried = usize::try_from(delivery.attempts - 1).unwrap_or(0);
    match WEBHOOK_DELAYS.get(tried) {
        Some(seconds) => {
            let delay_ms = jittered(seconds * 1000) / i64::from(speed);
            Sent::Again { status, error, due_at_ms: now_ms + delay_ms }
        }
        None => Sent::Failed { status, error },
    }
}

/// A tenth more or less.
fn jittered(ms: i64) -> i64 {
    ms + rand::rng().random_range(-ms / 10..=ms / 10)
}

/// Seconds until the message of the next attempt, where a queue can keep it back for so long; else the sweep sends it.
fn again(sent: &Sent, now_ms: i64) -> Option<u32> {
    let Sent::Again { due_at_ms, .. } = sent else { return None };
    let wait_ms = due_at_ms - now_ms;
    u32::try_from((wait_ms + 999) / 1000).ok().filter(|_| wait_ms <= LONGEST_DELAY_MS)
}

fn name(sent: &Sent) -> &'static str {
    match sent {
        Sent::Delivered { .. } => "delivered",
        Sent::Again { .. } => "failed; it is sent again",
        Sent::Failed { .. } => "failed",
    }
}

#[cfg(test)]
mod tests {
    use contract::platform::webhooks::{DeliveryStatus, Event};

    use super::*;

    fn after(attempts: i64) -> DeliveryRecord {
        DeliveryRecord {
            account: "a".into(),
            webhook: "wh_1".into(),
            id: "msg_1".into(),
            event: Event::TaskDone,
            status: DeliveryStatus::Pending,
            body: "{}".into(),
            is_of_images: true,
            created_at_ms: 0,
            attempts,
            last_status: None,
            last_error: None,
            due_at_ms: Some(0),
            lease: None,
            lease_until_ms: 0,
        }
    }

    #[test]
    fn the_waits_are_those_of_the_docs_and_the_long_ones_are_left_to_the_sweep() {
        for (attempts, seconds) in (1..).zip([5, 300, 1_800, 7_200, 18_000, 36_000]) {
            let sent = outcome(&after(attempts), Ok(Answered(500)), (1_000, 1));
            let Sent::Again { due_at_ms, .. } = &sent else { panic!("{sent:?}") };
            let wait_ms = due_at_ms - 1_000;
            assert!((seconds * 900..=seconds * 1_100).contains(&wait_ms), "{attempts}: {wait_ms}");
            assert_eq!(again(&sent, 1_000).is_some(), seconds < 900, "{attempts}");
            assert!(again(&sent, 1_000).is_none_or(|wait| i64::from(wait) * 1_000 >= wait_ms));
        }
        for attempts in [7, 8, 100] {
            let sent = outcome(&after(attempts), Ok(Answered(500)), (1_000, 1));
            assert!(matches!(sent, Sent::Failed { status: Some(500), .. }), "{attempts}: {sent:?}");
        }
    }

    #[test]
    fn any_2xx_is_delivered_410_is_final_and_all_else_comes_again() {
        let of = |status| outcome(&after(1), Ok(Answered(status)), (0, 1));
        for status in [200, 204, 299] {
            assert_eq!(of(status), Sent::Delivered { status });
        }
        assert!(matches!(of(410), Sent::Failed { status: Some(410), .. }));
        for status in [101, 301, 307, 400, 404, 429, 500, 503] {
            assert!(matches!(of(status), Sent::Again { .. }), "{status}");
        }
        let silent = outcome(&after(1), Err(Unsent("late".into())), (0, 1));
        assert!(matches!(silent, Sent::Again { status: None, .. }), "{silent:?}");
    }
}
