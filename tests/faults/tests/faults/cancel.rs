//! Cancelling a task while a worker has it.

use std::time::Duration;

use contract::Credits;
use contract::tasks::TaskStatus;
use faults::behind::{charges, load, results};
use faults::eventually;
use faults::hostile::{Behaviour, Hostile, ok};
use futures::future::join_all;
use harness::{Harness, picture};
use rand::Rng;

use crate::deliveries::{deliver, worker};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_cancel_and_worker_exactly_one_wins_and_only_finished_work_is_charged() {
    let harness = Harness::start().await;
    let key = harness.account("race", 60).await;
    let input = harness.files().add("p.jpg", "image/jpeg", picture(40, 30));
    let race = async |longest: u64| {
        let call = harness.call("POST", "/v1/image/edit/async").key(&key).json(crate::edit(&input));
        let id = call.send().await.json()["data"]["id"].as_u64().expect("an id");
        let pause = rand::rng().random_range(0..=longest);
        tokio::time::sleep(Duration::from_millis(pause)).await;
        let cancel = harness.call("DELETE", &format!("/v1/image/edit/async/{id}")).key(&key).send().await;
        (id, cancel)
    };
    let races = join_all((0..60).map(|round| race(round * 20))).await;
    let mut done = Vec::new();
    for (id, cancel) in &races {
        let end = harness.wait_task(&key, *id).await;
        match cancel.status {
            200 => assert_eq!(end["status"], "CANCELLED"),
            409 => {
                assert_eq!((&end["status"], &cancel.json()["error_code"]), (&"DONE".into(), &"6001".into()));
                done.push(load(&harness.server, *id).await.object.expect("a result"));
            }
            other => panic!("{other}: {}", cancel.text()),
        }
    }
    done.sort();
    // The losing workers have deleted what they made.
    eventually(Duration::from_secs(20), "only results of finished tasks", async || {
        let mut kept = results(harness.store()).await;
        kept.sort();
        kept == done
    })
    .await;
    let balance = harness.balance("race").await;
    let spent = Credits::whole(done.len() as i64);
    assert_eq!((balance.held, balance.spent), (Credits::ZERO, spent));
    assert_eq!(charges(harness.store(), "race").await.len(), done.len());
    harness.assert_books().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_cancelled_while_its_input_is_fetched_is_never_charged_and_leaves_no_result() {
    let healthy = ok("image/jpeg", &picture(40, 30));
    let (first, rest) = healthy.split_at(healthy.len() / 2);
    let slow = Behaviour::Repeat(first.to_vec(), rest.to_vec(), Duration::from_millis(400));
    let slow = Hostile::start(vec![slow]).await;
    let harness = Harness::with(|options| {
        options.workers = false;
        options.fetch.allow.push(slow.address.into());
    })
    .await;
    let key = harness.account("race", 5).await;
    let call = harness.call("POST", "/v1/image/edit/async").key(&key).json(crate::edit(&slow.url("/0")));
    let id = call.send().await.json()["data"]["id"].as_u64().expect("an id");
    let (worker, platform) = (worker(), harness.server.platform());
    let cancel = async {
        eventually(Duration::from_secs(5), "the worker fetches", async || slow.connections() == 1).await;
        harness.call("DELETE", &format!("/v1/image/edit/async/{id}")).key(&key).send().await
    };
    let (worked, cancelled) = futures::join!(deliver(&worker, platform, id), cancel);
    assert!(worked.batch_item_failures.is_empty());
    assert_eq!((cancelled.status, &cancelled.json()["data"]["status"]), (200, &"CANCELLED".into()));
    assert_eq!(load(&harness.server, id).await.status, TaskStatus::Cancelled);
    assert!(results(harness.store()).await.is_empty());
    assert_eq!(harness.balance("race").await.available, Credits::whole(5));
    harness.assert_books().await;
}
