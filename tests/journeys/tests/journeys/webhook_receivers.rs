//! Receivers that fail, hang, lie or leave: what is told arrives all the same, and delays nobody else.

use std::time::{Duration, Instant};

use harness::{Message, Receiver, Reception};
use journeys::webhooks::{Hook, cancel_a_job, server};
use serde_json::json;

const EVENT: &[&str] = &["batch.cancelled"];

fn ids(messages: &[Message]) -> Vec<&str> {
    let mut ids: Vec<&str> = messages.iter().map(|message| message.header("webhook-id")).collect();
    ids.dedup();
    ids
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_fails_three_times_arrives_at_the_fourth_under_the_same_id() {
    let receiver =
        Receiver::with(|message| Reception::Status([500, 404, 429, 200][message.earlier.min(3)])).await;
    let harness = server(&[&receiver], 1_000).await;
    let hook = Hook::make(&harness, &harness.key, &receiver.url("/"), EVENT).await;
    cancel_a_job(&harness, &harness.key).await;
    let delivered = hook.newest(&harness, "delivered").await;
    let messages = receiver.messages();
    assert_eq!((messages.len(), ids(&messages).len()), (4, 1), "{messages:?}");
    for message in &messages {
        message.assert_signed(&hook.secret);
        assert_eq!(message.body, messages[0].body);
    }
    assert_eq!((&delivered["attempts"], &delivered["last_status"]), (&json!(4), &json!(200)));
    assert_eq!((&delivered["last_error"], &delivered["next_attempt_at"]), (&json!(null), &json!(null)));
    assert_eq!(delivered["id"], messages[0].header("webhook-id"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_seven_attempts_it_has_failed_and_is_sent_again_by_hand_under_its_id() {
    let receiver =
        Receiver::with(|message| Reception::Status(if message.earlier < 7 { 503 } else { 204 })).await;
    let harness = server(&[&receiver], 36_000).await;
    let hook = Hook::make(&harness, &harness.key, &receiver.url("/"), EVENT).await;
    cancel_a_job(&harness, &harness.key).await;
    let failed = hook.newest(&harness, "failed").await;
    assert_eq!((&failed["attempts"], &failed["last_status"]), (&json!(7), &json!(503)));
    assert_eq!(failed["last_error"], "The receiver answered 503.");
    let id = failed["id"].as_str().expect("an id");
    let path = format!("/v1/webhooks/{}/deliveries/{id}/redeliver", hook.id);
    let again = harness.call("POST", &path).send().await.expect(202).json();
    assert_eq!((&again["id"], &again["status"]), (&failed["id"], &json!("pending")));
    let delivered = hook.newest(&harness, "delivered").await;
    assert_eq!((&delivered["attempts"], &delivered["last_status"]), (&json!(1), &json!(204)));
    // What was delivered is sent again too.
    harness.call("POST", &path).send().await.expect(202);
    let messages = receiver.wait(9).await;
    assert_eq!(ids(&messages), [id]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sweep_sends_what_waits_for_long_and_what_was_lost() {
    let receiver =
        Receiver::with(|message| Reception::Status(if message.earlier < 2 { 500 } else { 200 })).await;
    let harness = server(&[&receiver], 1).await;
    let hook = Hook::make(&harness, &harness.key, &receiver.url("/"), EVENT).await;
    cancel_a_job(&harness, &harness.key).await;
    for attempts in 1..=2 {
        receiver.wait(attempts).await;
        let waits = async {
            while hook.deliveries(&harness, &harness.key).await[0]["last_status"] != 500 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), waits).await.expect("it is written down");
        harness.server.sweep().await;
        assert_eq!(receiver.messages().len(), attempts, "sent before its time");
        // The queue's own clock does not follow: its message is as good as lost.
        harness.clock.advance_ms(8 * 60_000);
        harness.server.sweep().await;
    }
    assert_eq!(hook.newest(&harness, "delivered").await["attempts"], 3);
    assert_eq!(ids(&receiver.wait(3).await).len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_is_gone_is_sent_nothing_more() {
    let receiver = Receiver::with(|_| Reception::Status(410)).await;
    let harness = server(&[&receiver], 1_000).await;
    let hook = Hook::make(&harness, &harness.key, &receiver.url("/"), EVENT).await;
    cancel_a_job(&harness, &harness.key).await;
    let failed = hook.newest(&harness, "failed").await;
    assert_eq!((&failed["attempts"], &failed["last_status"]), (&json!(1), &json!(410)));
    let path = format!("/v1/webhooks/{}", hook.id);
    assert_eq!(harness.call("GET", &path).send().await.expect(200).json()["status"], "disabled");
    cancel_a_job(&harness, &harness.key).await;
    let again = format!("{path}/deliveries/{}/redeliver", failed["id"].as_str().expect("an id"));
    let refused = harness.call("POST", &again).send().await.expect(409).json();
    assert_eq!(refused["code"], "WEBHOOK_DISABLED");
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(receiver.messages().len(), 1);
    assert_eq!(hook.deliveries(&harness, &harness.key).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_for_a_webhook_ends_with_it() {
    let (failing, gone) = (Receiver::with(|_| Reception::Status(500)).await, Receiver::start().await);
    let harness = server(&[&failing, &gone], 5).await;
    let deleted = Hook::make(&harness, &harness.key, &failing.url("/"), EVENT).await;
    let kept = Hook::make(&harness, &harness.key, &gone.url("/"), EVENT).await;
    cancel_a_job(&harness, &harness.key).await;
    failing.wait(1).await;
    harness.call("DELETE", &format!("/v1/webhooks/{}", deleted.id)).send().await.expect(200);
    cancel_a_job(&harness, &harness.key).await;
    gone.wait(2).await;
    // The second attempt would come a second after the first.
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert_eq!(failing.messages().len(), 1);
    assert_eq!(kept.deliveries(&harness, &harness.key).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redirect_is_a_failure_and_leads_nowhere() {
    let inner = Receiver::start().await;
    let to = inner.url("/inner");
    let receiver = Receiver::with(move |_| Reception::Redirect(to.clone())).await;
    // The inner one is admitted too, so that only the rule about redirects keeps messages from it.
    let harness = server(&[&receiver, &inner], 1).await;
    let hook = Hook::make(&harness, &harness.key, &receiver.url("/"), EVENT).await;
    cancel_a_job(&harness, &harness.key).await;
    receiver.wait(1).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let waiting = &hook.deliveries(&harness, &harness.key).await[0];
    assert_eq!((&waiting["status"], &waiting["last_status"]), (&json!("pending"), &json!(302)));
    let error = waiting["last_error"].as_str().expect("a sentence");
    assert!(error.contains("redirects are not followed") && !error.contains("127.0.0.1"), "{error}");
    assert!(waiting["next_attempt_at"].is_string() && inner.messages().is_empty(), "{waiting}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_leads_to_this_machine_is_refused_when_it_is_sent_to() {
    let receiver = Receiver::start().await;
    // Port 80 is in order, the name too; where it leads is not.
    let harness = server(&[&receiver], 1).await;
    let hook = Hook::make(&harness, &harness.key, "http://localhost/hook", EVENT).await;
    cancel_a_job(&harness, &harness.key).await;
    let refused = async {
        loop {
            let waiting = hook.deliveries(&harness, &harness.key).await[0].clone();
            if waiting["last_error"].is_string() {
                return waiting;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let refused = tokio::time::timeout(Duration::from_secs(10), refused).await.expect("an outcome");
    assert_eq!(refused["last_error"], "Messages may not be sent to this address.");
    assert_eq!((&refused["last_status"], &refused["attempts"]), (&json!(null), &json!(1)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_without_end_counts_by_its_status_and_what_is_no_answer_fails() {
    let endless = Receiver::with(|_| Reception::Endless).await;
    let noise = Receiver::with(|_| Reception::Noise).await;
    let harness = server(&[&endless, &noise], 1).await;
    let taken = Hook::make(&harness, &harness.key, &endless.url("/"), EVENT).await;
    let broken = Hook::make(&harness, &harness.key, &noise.url("/"), EVENT).await;
    let begun = Instant::now();
    cancel_a_job(&harness, &harness.key).await;
    assert_eq!(taken.newest(&harness, "delivered").await["last_status"], 200);
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    let waiting = &broken.deliveries(&harness, &harness.key).await[0];
    assert_eq!(waiting["last_error"], "The receiver's answer was incomplete or no HTTP.");
}

/// A receiver that never answers and one that never gets to the end of its head keep a share of the sends each.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn receivers_that_hang_delay_neither_other_accounts_nor_other_webhooks() {
    let (silent, dripping) =
        (Receiver::with(|_| Reception::Silence).await, Receiver::with(|_| Reception::Drip).await);
    let (own, others) = (Receiver::start().await, Receiver::start().await);
    let harness = server(&[&silent, &dripping, &own, &others], 1).await;
    for account in ["hostile", "worse"] {
        let key = harness.account(account, 10).await;
        for receiver in [&silent, &dripping] {
            Hook::make(&harness, &key, &receiver.url("/"), EVENT).await;
        }
        for _ in 0..40 {
            cancel_a_job(&harness, &key).await;
        }
    }
    let mine = harness.account("mine", 10).await;
    let hanging = Hook::make(&harness, &mine, &silent.url("/mine"), EVENT).await;
    Hook::make(&harness, &mine, &own.url("/"), EVENT).await;
    let other = harness.account("other", 10).await;
    Hook::make(&harness, &other, &others.url("/"), EVENT).await;
    for count in 1..=10 {
        let begun = Instant::now();
        cancel_a_job(&harness, &mine).await;
        cancel_a_job(&harness, &other).await;
        own.wait(count).await;
        others.wait(count).await;
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?} at {count}", begun.elapsed());
    }
    // Ten messages for a share of four: what waits for a place has no attempt counted.
    let waiting = hanging.deliveries(&harness, &mine).await;
    let tried = waiting.iter().filter(|delivery| delivery["attempts"] != 0).count();
    assert_eq!((waiting.len(), tried), (10, 4), "{waiting:?}");
    assert_eq!(silent.messages().iter().filter(|message| message.path == "/mine").count(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_answer_is_given_up_after_fifteen_seconds_and_tried_again() {
    let receiver = Receiver::with(|message| match message.earlier {
        0 => Reception::Silence,
        1 => Reception::Drip,
        _ => Reception::Status(200),
    });
    let receiver = receiver.await;
    let harness = server(&[&receiver], 1_000).await;
    let hook = Hook::make(&harness, &harness.key, &receiver.url("/"), EVENT).await;
    cancel_a_job(&harness, &harness.key).await;
    let messages = receiver.wait(2).await;
    let waited = messages[1].at - messages[0].at;
    assert!((Duration::from_secs(14)..Duration::from_secs(19)).contains(&waited), "{waited:?}");
    let waiting = &hook.deliveries(&harness, &harness.key).await[0];
    assert_eq!(waiting["last_error"], "The receiver did not answer within 15 seconds.");
    receiver.wait(3).await;
    assert_eq!(hook.newest(&harness, "delivered").await["attempts"], 3);
}
