//! What a start on a store with open tasks does, beside workers that are at it already.

use contract::tasks::TaskStatus;
use faults::behind::{self, load, messages};
use harness::{Harness, picture};

const LEASE_MS: i64 = 180_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_takes_the_leases_of_the_last_process_and_none_of_its_own() {
    let harness = Harness::with(|options| options.workers = false).await;
    let key = harness.account("starts", 5).await;
    let input = harness.files().add("p.jpg", "image/jpeg", picture(40, 30));
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(behind::task(&harness.server, &key, &crate::edit(&input)).await);
    }
    let [waiting, left, own, broken, young] = ids[..] else { unreachable!("five tasks") };
    let tasks = harness.store().tasks();
    let begin = async |id, lease, now_ms| {
        let begun = tasks.begin(id, lease, now_ms, now_ms + LEASE_MS).await;
        assert!(begun.expect("a write").is_some(), "{lease}");
    };
    // The time of the start lies between what the last process did and what this one does.
    let started_ms = harness.now_ms() + 1000;
    begin(left, "last", started_ms - 500).await;
    begin(own, "this", started_ms + 10).await;
    behind::set(&harness.server, young, "created_at", started_ms + 20).await;
    behind::forget(&harness.server, broken, "account").await;

    assert_eq!(tasks.requeue_all(started_ms).await.expect("a refill"), 2);
    assert_eq!(messages(harness.store()).await, (2, 0));
    for id in [waiting, left] {
        let task = load(&harness.server, id).await;
        assert_eq!((task.status, task.lease), (TaskStatus::Accepted, None));
    }
    let task = load(&harness.server, own).await;
    assert_eq!((task.status, task.lease.as_deref()), (TaskStatus::Processing, Some("this")));
}
