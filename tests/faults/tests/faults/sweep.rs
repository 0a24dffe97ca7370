//! What the sweep repairs, and when.

use std::time::Duration;

use contract::tasks::TaskStatus;
use contract::{Credits, ErrorKind};
use faults::behind::{self, charges, load, messages};
use harness::{Harness, picture};
use store::Guard;

/// After this long without news a task's message counts as lost. Milliseconds.
const LOST_AFTER_MS: i64 = 15 * 60_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_message_is_sent_again_after_its_time_and_not_before() {
    let harness = Harness::with(|options| options.workers = false).await;
    let key = harness.account("lost", 1).await;
    let input = harness.files().add("p.jpg", "image/jpeg", picture(40, 30));
    let id = behind::task(&harness.server, &key, &crate::edit(&input)).await;
    harness.server.sweep().await;
    assert_eq!(messages(harness.store()).await, (0, 0));
    harness.clock.advance_ms(LOST_AFTER_MS + 1000);
    for _ in 0..3 {
        harness.server.sweep().await;
        assert_eq!(messages(harness.store()).await, (1, 0), "one message, however often it is swept");
    }
    assert_eq!(load(&harness.server, id).await.status, TaskStatus::Accepted);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_whose_message_was_lost_is_done_after_the_sweep_and_charged_once() {
    let harness = Harness::start().await;
    let key = harness.account("lost", 1).await;
    let input = harness.files().add("p.jpg", "image/jpeg", picture(40, 30));
    let id = behind::task(&harness.server, &key, &crate::edit(&input)).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(load(&harness.server, id).await.status, TaskStatus::Accepted, "nobody knows of it");
    harness.clock.advance_ms(LOST_AFTER_MS + 1000);
    harness.server.sweep().await;
    assert_eq!(harness.wait_task(&key, id).await["status"], "DONE");
    assert_eq!(harness.balance("lost").await.spent, Credits::whole(1));
    harness.assert_books().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_hold_of_a_call_that_never_ended_is_released_after_its_time_and_not_before() {
    let harness = Harness::start().await;
    let key = harness.account("held", 5).await;
    let hold = behind::hold(&harness.server, &key).await;
    harness.clock.advance_ms(behind::HOLD_MS - 5000);
    harness.server.sweep().await;
    let balance = harness.balance("held").await;
    assert_eq!((balance.available, balance.held), (Credits::whole(4), Credits::whole(1)));
    harness.clock.advance_ms(6000);
    for _ in 0..2 {
        harness.server.sweep().await;
        let balance = harness.balance("held").await;
        let left = (balance.available, balance.held, balance.spent);
        assert_eq!(left, (Credits::whole(5), Credits::ZERO, Credits::ZERO));
    }
    // The call that comes back to life cannot charge any more.
    let store = harness.store();
    let mut transaction = store.transaction();
    let late =
        store.ledger().settle(&mut transaction, &hold, hold.amount, harness.server.platform().now_ms());
    late.expect("writes");
    let refused = transaction.commit().await.expect_err("the hold has ended");
    assert!(refused.refused_by(Guard::Hold).is_some(), "{refused}");
    harness.assert_books().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_hold_of_a_task_has_no_clock() {
    let harness = Harness::with(|options| options.workers = false).await;
    let key = harness.account("held", 1).await;
    let input = harness.files().add("p.jpg", "image/jpeg", picture(40, 30));
    let answer =
        harness.call("POST", "/v1/image/edit/async").key(&key).json(crate::edit(&input)).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    harness.clock.advance_ms(3_600_000);
    harness.server.sweep().await;
    let balance = harness.balance("held").await;
    assert_eq!((balance.available, balance.held), (Credits::ZERO, Credits::whole(1)));
    let second =
        harness.call("POST", "/v1/image/edit/async").key(&key).json(crate::edit(&input)).send().await;
    assert_eq!(second.status, ErrorKind::InsufficientCredits.row().status);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_whose_worker_died_is_worked_again_after_its_lease_and_not_before() {
    let harness = Harness::start().await;
    let key = harness.account("stuck", 1).await;
    let input = harness.files().add("p.jpg", "image/jpeg", picture(40, 30));
    let id = behind::task(&harness.server, &key, &crate::edit(&input)).await;
    let now_ms = harness.server.platform().now_ms();
    let begun = harness.store().tasks().begin(id, "dead", now_ms, now_ms + 180_000).await;
    assert!(begun.expect("a call").is_some());
    harness.clock.advance_ms(60_000);
    harness.server.sweep().await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(load(&harness.server, id).await.status, TaskStatus::Processing);
    harness.clock.advance_ms(125_000);
    harness.server.sweep().await;
    assert_eq!(harness.wait_task(&key, id).await["status"], "DONE");
    assert_eq!(harness.balance("stuck").await.spent, Credits::whole(1));
    harness.assert_books().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_that_nobody_ever_finishes_is_given_up_with_its_hold_released() {
    let harness = Harness::with(|options| options.workers = false).await;
    let key = harness.account("stuck", 1).await;
    let input = harness.files().add("p.jpg", "image/jpeg", picture(40, 30));
    let answer =
        harness.call("POST", "/v1/image/edit/async").key(&key).json(crate::edit(&input)).send().await;
    let id = answer.json()["data"]["id"].as_u64().expect("an id");
    let mut hours = 0;
    while !load(&harness.server, id).await.status.ended() {
        assert!(hours < 24, "still open after {hours} hours");
        hours += 1;
        harness.clock.advance_ms(3_600_000);
        harness.server.sweep().await;
    }
    let report = harness.call("GET", &format!("/v1/image/edit/async/{id}")).key(&key).send().await.json();
    assert_eq!(report["data"]["status"], "ERROR");
    assert_eq!(report["data"]["errors"].as_array().map(Vec::len), Some(1));
    let balance = harness.balance("stuck").await;
    assert_eq!((balance.available, balance.held), (Credits::whole(1), Credits::ZERO));
    assert!(charges(harness.store(), "stuck").await.is_empty());
    harness.assert_books().await;
}
