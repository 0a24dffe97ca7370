use std::time::Duration;

use contract::Credits;
use harness::Harness;
use serde_json::json;

use super::books;
use super::request_create::{PATH, kept, post, receipts};
use crate::subject::bounded;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_model_is_gone_with_its_requests_and_what_was_held_and_may_be_made_anew() {
    bounded(120, async {
        let harness = Harness::with(|options| options.workers = false).await;
        receipts(&harness, &harness.key, "receipts").await;
        let mut ids = Vec::new();
        for _ in 0..30 {
            let answer =
                post(&harness, json!({"model_id": "receipts", "image": "aGVsbG8="})).await.expect(201);
            ids.push(answer.json()["id"].as_str().expect("an id").to_owned());
        }
        assert_eq!(books(&harness, "default").await.1, Credits::whole(330));
        let path = "/requests/models/receipts";
        let answer = harness.call("DELETE", path).send().await.expect(200).json();
        assert_eq!(answer, json!({"id": "receipts", "deleted": true}));
        harness.call("GET", path).send().await.expect(404);
        harness.call("DELETE", path).send().await.expect(404);
        receipts(&harness, &harness.key, "receipts").await;
        let page = harness.call("GET", path).send().await.expect(200).json();
        assert_eq!(page["total"], 0);
        purge(&harness).await;
        for id in ids {
            harness.call("GET", &format!("{PATH}/{id}")).send().await.expect(404);
        }
        assert_eq!(kept(&harness).await, Vec::<String>::new());
        let (_, held, spent) = books(&harness, "default").await;
        assert_eq!((held, spent), (Credits::ZERO, Credits::ZERO));
        harness.assert_books().await;
    })
    .await;
}

/// Lets the worker see the messages of this harness, which has none: the sweep sends them again, and they are taken here.
async fn purge(harness: &Harness) {
    let common::Work::Queue(worker) = extract_worker::function().work else { panic!("no worker") };
    let store = harness.store();
    for _ in 0..50 {
        let call = store.sqs.receive_message().queue_url(&store.names.queue_extracts);
        let received = call.max_number_of_messages(10).send().await.expect("messages").messages;
        let mut bodies = received.unwrap_or_default().into_iter().filter_map(|message| message.body);
        if let Some(body) = bodies.find(|body| body.contains("purge")) {
            let mut message = common::SqsMessage::default();
            message.body = Some(body);
            let mut event = common::SqsEvent::default();
            event.records = vec![message];
            let failed = worker.run(harness.server.platform().clone(), event).await.batch_item_failures;
            assert!(failed.is_empty());
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("no message says that rows are to go");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_comes_while_its_model_is_deleted_does_not_outlive_it() {
    bounded(120, async {
        let harness = Harness::start().await;
        receipts(&harness, &harness.key, "receipts").await;
        let body = json!({"model_id": "receipts", "image": "aGVsbG8=", "payload": {"personal": true}});
        let posts = (0..60).map(|_| post(&harness, body.clone()));
        let delete = async {
            tokio::time::sleep(Duration::from_millis(30)).await;
            harness.call("DELETE", "/requests/models/receipts").send().await.expect(200)
        };
        let (posted, _) = tokio::join!(futures::future::join_all(posts), delete);
        let mut accepted = Vec::new();
        for answer in posted {
            match answer.status {
                201 => accepted.push(answer.json()["id"].as_str().expect("an id").to_owned()),
                status => assert_eq!(status, 404, "{}", answer.text()),
            }
        }
        for id in &accepted {
            let path = format!("{PATH}/{id}");
            while harness.call("GET", &path).send().await.status != 404 {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        while books(&harness, "default").await.1 != Credits::ZERO {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(kept(&harness).await, Vec::<String>::new());
        harness.assert_books().await;
    })
    .await;
}
