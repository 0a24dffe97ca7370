//! Workers that die between any two lines.

use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use common::QueueFunction;
use contract::Credits;
use contract::tasks::TaskStatus;
use faults::behind::{charges, load, results};
use faults::eventually;
use futures::future::poll_fn;
use harness::{Harness, picture};

use crate::deliveries::{deliver, worker};

/// Longer than any lease, in milliseconds.
const LEASE_MS: i64 = 600_000;
/// About as many steps as a worker has.
const MOST: usize = 20;

/// Works until the future has been woken so many times, then drops it: the process is gone. Whether it came to its end.
async fn until_step<T>(work: impl Future<Output = T>, steps: usize) -> bool {
    let mut work = pin!(work);
    let mut polled = 0;
    poll_fn(move |context| {
        polled += 1;
        match work.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(true),
            Poll::Pending if polled >= steps => Poll::Ready(false),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// What a dead worker left belongs together: charged and done, or neither.
async fn assert_whole(harness: &Harness, id: u64) {
    let task = load(&harness.server, id).await;
    let charged = charges(harness.store(), "mortal").await.contains(&task.hold.request_id);
    assert_eq!(charged, task.status == TaskStatus::Done, "{task:?}");
    assert!(task.object.is_some() == charged && task.result.is_some() == charged);
    harness.assert_books().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_dies_at_any_step_leaves_no_charge_and_the_next_one_finishes_with_one() {
    let harness = Harness::with(|options| options.workers = false).await;
    let key = harness.account("mortal", 1000).await;
    let input = harness.files().add("p.jpg", "image/jpeg", picture(40, 30));
    let (worker, platform) = (worker(), harness.server.platform());
    let mut deaths = 0;
    for steps in 1..=MOST {
        let call = harness.call("POST", "/v1/image/edit/async").key(&key).json(crate::edit(&input));
        let id = call.send().await.json()["data"]["id"].as_u64().expect("an id");
        if !until_step(deliver(&worker, platform, id), steps).await {
            deaths += 1;
        }
        // What the dead worker had sent to a store arrives there all the same.
        tokio::time::sleep(Duration::from_millis(10)).await;
        assert_whole(&harness, id).await;
        harness.clock.advance_ms(LEASE_MS);
        eventually(Duration::from_secs(10), "the next worker ends the task", async || {
            deliver(&worker, platform, id).await;
            load(&harness.server, id).await.status == TaskStatus::Done
        })
        .await;
        let spent = harness.balance("mortal").await.spent;
        assert_eq!(spent, Credits::whole(steps as i64), "after a death at step {steps}");
    }
    // On a busy machine answers come before they are waited for, and a worker has fewer steps.
    assert!(deaths >= 2, "the worker died {deaths} times");
    assert_eq!(charges(harness.store(), "mortal").await.len(), MOST);
    harness.assert_books().await;
}

/// Works a task until a result more than `before` is stored, then drops the worker, which goes on only while it is polled.
async fn until_result(harness: &Harness, worker: &QueueFunction, id: u64, before: usize) {
    let mut work = pin!(deliver(worker, harness.server.platform(), id));
    while results(harness.store()).await.len() == before && futures::poll!(work.as_mut()).is_pending() {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_dies_between_its_result_and_the_commit_has_charged_nothing() {
    let harness = Harness::with(|options| options.workers = false).await;
    let key = harness.account("mortal", 100).await;
    let input = harness.files().add("p.jpg", "image/jpeg", picture(40, 30));
    let (worker, platform) = (worker(), harness.server.platform());
    // On a busy machine the commit may be under way already when the result is seen: then another try.
    for tries in 0.. {
        assert!(tries < 50, "no worker died between its result and the commit");
        let call = harness.call("POST", "/v1/image/edit/async").key(&key).json(crate::edit(&input));
        let id = call.send().await.json()["data"]["id"].as_u64().expect("an id");
        let before = results(harness.store()).await.len();
        until_result(&harness, &worker, id, before).await;
        tokio::time::sleep(Duration::from_millis(10)).await;
        assert_whole(&harness, id).await;
        assert_eq!(results(harness.store()).await.len(), before + 1);
        if load(&harness.server, id).await.status == TaskStatus::Done {
            continue;
        }
        let balance = harness.balance("mortal").await;
        assert_eq!((balance.held, balance.spent), (Credits::whole(1), Credits::whole(tries)));
        harness.clock.advance_ms(LEASE_MS);
        deliver(&worker, platform, id).await;
        assert_whole(&harness, id).await;
        let task = load(&harness.server, id).await;
        assert_eq!(task.status, TaskStatus::Done);
        assert!(results(harness.store()).await.contains(&task.object.expect("a result")));
        assert_eq!(harness.balance("mortal").await.spent, Credits::whole(tries + 1));
        break;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_lost_its_lease_commits_nothing_and_deletes_its_result() {
    let harness = Harness::with(|options| options.workers = false).await;
    let key = harness.account("mortal", 10).await;
    let input = harness.files().add("p.jpg", "image/jpeg", picture(40, 30));
    let (worker, platform) = (worker(), harness.server.platform());
    let call = harness.call("POST", "/v1/image/edit/async").key(&key).json(crate::edit(&input));
    let id = call.send().await.json()["data"]["id"].as_u64().expect("an id");
    // The first worker begins, and sleeps through its lease while a second one takes over and finishes.
    let mut slow = Box::pin(deliver(&worker, platform, id));
    while load(&harness.server, id).await.status == TaskStatus::Accepted {
        let _ = futures::poll!(&mut slow);
    }
    harness.clock.advance_ms(LEASE_MS);
    deliver(&worker, platform, id).await;
    let done = load(&harness.server, id).await;
    assert_eq!(done.status, TaskStatus::Done);
    slow.await;
    assert_eq!(load(&harness.server, id).await, done);
    let kept = results(harness.store()).await;
    assert_eq!(kept, [done.object.expect("a result")]);
    assert_eq!(charges(harness.store(), "mortal").await.len(), 1);
    harness.assert_books().await;
}
