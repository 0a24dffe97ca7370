//! A task that no worker can work.

use std::time::Duration;

use contract::Credits;
use contract::tasks::TaskStatus;
use faults::behind::{self, charges, corrupt, give_up_after, load};
use faults::eventually;
use harness::{Harness, picture};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_poison_task_ends_through_the_dead_letters_and_its_neighbours_do_not_notice() {
    let harness = Harness::start().await;
    let key = harness.account("poison", 20).await;
    let input = harness.files().add("p.jpg", "image/jpeg", picture(40, 30));
    give_up_after(harness.store(), 1).await;
    let mut poisoned = Vec::new();
    for request in ["{\"input\":7}", "{\"input\":\"http://", ""] {
        let id = behind::task(&harness.server, &key, &crate::edit(&input)).await;
        corrupt(&harness.server, id, request).await;
        poisoned.push(id);
    }
    let mut healthy = Vec::new();
    for round in 0..9 {
        if let Some(id) = poisoned.get(round / 3).filter(|_| round % 3 == 0) {
            behind::send_again(&harness.server, *id).await;
        }
        let call = harness.call("POST", "/v1/image/edit/async").key(&key).json(crate::edit(&input));
        healthy.push(call.send().await.json()["data"]["id"].as_u64().expect("an id"));
    }
    for id in healthy {
        let task = harness.wait_task(&key, id).await;
        assert_eq!(task["status"], "DONE", "{task}");
        assert_eq!(load(&harness.server, id).await.attempts, 1);
    }
    for id in &poisoned {
        eventually(Duration::from_secs(20), "the dead letter ends the task", async || {
            load(&harness.server, *id).await.status.ended()
        })
        .await;
        let task = load(&harness.server, *id).await;
        assert_eq!(task.status, TaskStatus::Error);
        let errors = task.errors.expect("an error that says so");
        assert!(errors.contains("Nothing was charged"), "{errors}");
    }
    let balance = harness.balance("poison").await;
    let expected = (Credits::whole(11), Credits::ZERO, Credits::whole(9));
    assert_eq!((balance.available, balance.held, balance.spent), expected);
    assert_eq!(charges(harness.store(), "poison").await.len(), 9);
    harness.assert_books().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_is_none_of_ours_goes_to_the_dead_letters_and_harms_nobody() {
    let harness = Harness::start().await;
    let input = harness.files().add("p.jpg", "image/jpeg", picture(40, 30));
    let store = harness.store();
    give_up_after(store, 1).await;
    for body in ["", "{", "null", "{\"task\":-1}", "{\"task\":1}", "[[[[", "{\"task\":\"x\"}"] {
        // An empty body the queue itself refuses.
        let call = store.sqs.send_message().queue_url(&store.names.queue_edits).message_body(body);
        assert!(call.send().await.is_ok() || body.is_empty(), "{body}");
    }
    let answer = harness.call("POST", "/v1/image/edit/async").json(crate::edit(&input)).send().await;
    let id = answer.json()["data"]["id"].as_u64().expect("an id");
    let key = harness.key.clone();
    assert_eq!(harness.wait_task(&key, id).await["status"], "DONE");
    eventually(Duration::from_secs(20), "an empty queue", async || behind::messages(store).await == (0, 0))
        .await;
    harness.assert_books().await;
}
