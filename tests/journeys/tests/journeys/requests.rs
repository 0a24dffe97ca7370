//! Somebody has receipts read: makes a model, posts pictures, pages and searches their data. And a server that is killed meanwhile.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::{StreamExt, stream};
use harness::{ServerProcess, picture};
use journeys::{Home, balance};
use serde_json::{Value, json};

const RECEIPT: &[u8] = include_bytes!("../../../data/receipt.png");

async fn model(server: &ServerProcess) {
    let body = json!({
        "id": "receipts", "name": "Receipts", "prompt": "Read the receipt",
        "schema": {"type": "object", "properties": {"shop": {"type": "string"}, "total": {"type": "number"}}},
    });
    server.call("POST", "/requests/models").json(body).send().await.expect(201);
}

async fn page(server: &ServerProcess, query: &str) -> Value {
    server.call("GET", &format!("/requests/models/receipts{query}")).send().await.expect(200).json()
}

/// All items of the model, by pages of a hundred.
async fn all(server: &ServerProcess) -> Vec<Value> {
    let mut items = Vec::new();
    for number in 1.. {
        let page = page(server, &format!("?size=100&page={number}")).await;
        items.extend(page["items"].as_array().expect("items").iter().cloned());
        if number >= page["pages"].as_u64().expect("a number") {
            break;
        }
    }
    items
}

/// How many requests have ended, in whatever way.
async fn ended(server: &ServerProcess) -> usize {
    let ended = |item: &Value| matches!(item["status"].as_str(), Some("completed" | "failed"));
    all(server).await.iter().filter(|item| ended(item)).count()
}

async fn until(server: &ServerProcess, count: usize) {
    for _ in 0..600 {
        if ended(server).await >= count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("{count} requests did not end: {}", server.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_model_is_made_ten_pictures_are_posted_and_their_data_is_paged_and_searched() {
    let home = Home::new().await;
    let server = home.serve(&[]);
    model(&server).await;
    let receipt = home.files.add("receipt.png", "image/png", RECEIPT.to_vec());
    let blank = home.files.add("blank.jpg", "image/jpeg", picture(64, 48));
    for number in 0..10 {
        let image = if number == 3 { &receipt } else { &blank };
        let body = json!({"model_id": "receipts", "image": image, "payload": {"number": number}});
        server.call("POST", "/requests").json(body).send().await.expect(201);
    }
    until(&server, 10).await;
    let second = page(&server, "?page=2&size=4").await;
    assert_eq!((&second["total"], &second["pages"]), (&json!(10), &json!(3)));
    let numbers: Vec<&Value> =
        second["items"].as_array().expect("items").iter().map(|item| &item["payload"]["number"]).collect();
    assert_eq!(numbers, [5, 4, 3, 2]);
    let found = page(&server, "?q=lighting%20NORVIA").await;
    assert_eq!(found["total"], 1);
    let item = &found["items"][0];
    assert_eq!(item["data"], json!({"shop": "Lighting Norvia", "total": 11.77}), "{item}");
    assert_eq!((&item["payload"]["number"], &item["image"]), (&json!(3), &json!(receipt)));
    assert_eq!(balance(&server).await, json!([9_890, 0, 110]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_500_requests_amid_which_the_server_is_killed_each_ends_once_and_is_charged_once() {
    let home = Home::new().await;
    let blank = home.files.add("blank.jpg", "image/jpeg", picture(40, 30));
    let mut server = home.serve(&[]);
    model(&server).await;
    let body = json!({"model_id": "receipts", "image": blank});
    let posts = stream::iter(0..500).map(|_| server.call("POST", "/requests").json(body.clone()).send());
    let answers: Vec<_> = posts.buffer_unordered(8).collect().await;
    let ids: BTreeSet<String> = answers
        .into_iter()
        .map(|answer| answer.expect(201).json()["id"].as_str().expect("an id").to_owned())
        .collect();
    for count in [20, 150, 300] {
        until(&server, count).await;
        server.kill9();
        server = home.serve(&[]);
    }
    until(&server, 500).await;
    let items = all(&server).await;
    let seen: BTreeSet<String> =
        items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect();
    assert_eq!((items.len(), &seen), (500, &ids));
    assert!(items.iter().all(|item| item["status"] == "completed"));
    assert_eq!(balance(&server).await, json!([4_500, 0, 5_500]));
}
