//! A program is told of what ends, and can trust what it is told.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use contract::Credits;
use harness::{FileAnswer, Harness, Message, Receiver, picture};
use journeys::webhooks::{ALL, Hook, cancel_a_job, server};
use journeys::{accepted, edit, path_of};
use serde_json::{Value, json};
use tokio::process::Command;

const HOOK: &str = "/hook?a=b";

/// The messages that have come, of an event.
fn of<'a>(messages: &'a [Message], event: &str) -> Vec<&'a Message> {
    messages.iter().filter(|message| message.event() == event).collect()
}

/// What a message tells is what its `result_url` shows.
async fn assert_shows(harness: &Harness, message: &Message) {
    let mut data = message.json()["data"].clone();
    let url = data.as_object_mut().expect("an object").remove("result_url").expect("an address");
    let url = url.as_str().expect("an address");
    assert!(url.starts_with(&harness.url("/")), "{url}");
    let mut shown = harness.call("GET", &path_of(url)).send().await.expect(200).json();
    if url.contains("/image/") {
        shown = shown["data"].clone();
    }
    assert_eq!(data, shown);
}

async fn job(harness: &Harness, lines: &str) -> String {
    let body = json!({"labels": ["billing", "football"], "priority": "fast"});
    let made = harness.call("POST", "/v1/batch").json(body).send().await.expect(201).json();
    let id = made["job_id"].as_str().expect("an id").to_owned();
    let key = made["input_key"].as_str().expect("a key").to_owned();
    harness.store().batch_files().put(&key, lines.to_owned().into()).await.expect("an upload");
    harness.call("POST", &format!("/v1/batch/{id}/start")).send().await.expect(202);
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let shown = harness.call("GET", &format!("/v1/batch/{id}")).send().await.expect(200).json();
        if !matches!(shown["status"].as_str(), Some("processing" | "pending")) {
            return id;
        }
        assert!(Instant::now() < until, "{shown}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_end_is_told_once_signed_and_as_a_look_shows_it() {
    let receiver = Receiver::start().await;
    let harness = server(&[&receiver], 1).await;
    let hook = Hook::make(&harness, &harness.key, &receiver.url(HOOK), &ALL).await;
    let input = harness.files().add("cat.jpg", "image/jpeg", picture(40, 30));
    let missing = format!("{input}.none");
    for input in [&input, &missing] {
        accepted(harness.call("POST", "/v1/image/edit/async").json(edit(input)).send().await);
    }
    let body = json!({"inputMethod": "url", "images": [input], "prompt": "Read the total"});
    let call = harness.call("POST", "/api/v1/extract-image").header("prefer", "respond-async");
    call.json(body).send().await.expect(202);
    let model = json!({"id": "receipts", "name": "Receipts", "prompt": "Read the total"});
    harness.call("POST", "/requests/models").json(model).send().await.expect(201);
    for image in [&input, &missing] {
        let body = json!({"model_id": "receipts", "image": image, "payload": {"order": 7}});
        harness.call("POST", "/requests").json(body).send().await.expect(201);
    }
    job(&harness, "{\"text\":\"I was charged twice\"}\n").await;
    job(&harness, "nothing that can be read\n").await;
    cancel_a_job(&harness, &harness.key).await;

    let messages = receiver.wait(8).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(receiver.messages().len(), 8, "something was told twice");
    for (event, count) in [
        ("task.done", 2),
        ("task.error", 1),
        ("request.done", 2),
        ("batch.completed", 1),
        ("batch.failed", 1),
        ("batch.cancelled", 1),
    ] {
        assert_eq!(of(&messages, event).len(), count, "{event}");
    }
    for message in &messages {
        message.assert_signed(&hook.secret);
        assert_shows(&harness, message).await;
        assert_eq!(message.path, HOOK);
        assert_eq!(message.header("content-type"), "application/json");
        assert!(message.header("user-agent").starts_with("atelier-webhooks/"), "{message:?}");
        let is_of_images = message.json()["data"]["result_url"].as_str().expect("a URL").contains("/image/");
        assert_eq!(!message.header("x-claid-hmac-sha256").is_empty(), is_of_images, "{message:?}");
    }
    let ends: Vec<Value> = of(&messages, "request.done")
        .iter()
        .map(|message| message.json()["data"]["status"].clone())
        .collect();
    assert!(ends.contains(&json!("completed")) && ends.contains(&json!("failed")), "{ends:?}");
    let mut ids: Vec<&str> = messages.iter().map(|message| message.header("webhook-id")).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 8, "two messages have one id");
    harness.assert_books().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_of_a_task_is_received_within_a_second() {
    let receiver = Receiver::start().await;
    let harness = server(&[&receiver], 1).await;
    Hook::make(&harness, &harness.key, &receiver.url(HOOK), &["task.done"]).await;
    let input = harness.files().add("cat.jpg", "image/jpeg", picture(40, 30));
    for count in 1..=5 {
        let id = accepted(harness.call("POST", "/v1/image/edit/async").json(edit(&input)).send().await);
        assert_eq!(harness.wait_task(&harness.key, id).await["status"], "DONE");
        let ended = Instant::now();
        let messages = receiver.wait(count).await;
        let late = messages[count - 1].at.saturating_duration_since(ended);
        assert!(late < Duration::from_secs(1), "{late:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_task_and_events_that_nobody_asked_for_are_not_told() {
    let receiver = Receiver::start().await;
    let harness = server(&[&receiver], 1).await;
    let hook = Hook::make(&harness, &harness.key, &receiver.url(HOOK), &["task.done", "task.error"]).await;
    let slow = FileAnswer::new("image/jpeg", picture(40, 30)).after(Duration::from_millis(800));
    let input = harness.files().handle("slow.jpg", move |_| slow.clone());
    let id = accepted(harness.call("POST", "/v1/image/edit/async").json(edit(&input)).send().await);
    harness.call("DELETE", &format!("/v1/image/edit/async/{id}")).send().await.expect(200);
    cancel_a_job(&harness, &harness.key).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert!(receiver.messages().is_empty(), "{:?}", receiver.messages());
    assert!(hook.deliveries(&harness, &harness.key).await.is_empty());
    harness.assert_books().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_low_balance_is_told_once_until_it_was_back() {
    let receiver = Receiver::start().await;
    let harness = server(&[&receiver], 1).await;
    let poor = harness.account("poor", 150).await;
    let hook = Hook::make(&harness, &poor, &receiver.url(HOOK), &["balance.low"]).await;
    let rich = Hook::make(&harness, &harness.key, &receiver.url("/rich"), &["balance.low"]).await;
    let sweep = async || {
        harness.clock.advance_ms(60_000);
        harness.server.sweep().await;
    };
    sweep().await;
    for (change, told) in [(-60, 1), (0, 1), (-20, 1), (200, 1), (0, 1), (-200, 2)] {
        if change != 0 {
            harness.grant("poor", Credits::whole(change)).await;
        }
        sweep().await;
        sweep().await;
        let messages = receiver.wait(told).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(receiver.messages().len(), told, "after {change}: {messages:?}");
    }
    let first = &receiver.messages()[0];
    first.assert_signed(&hook.secret);
    let mut data = first.json()["data"].clone();
    assert_eq!((&first.event()[..], &data["balance"]), ("balance.low", &json!(90)));
    let url = data.as_object_mut().expect("an object").remove("result_url").expect("an address");
    let shown = harness.call("GET", &path_of(url.as_str().expect("an address"))).key(&poor).send().await;
    let names = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&data), names(&shown.expect(200).json()));
    assert!(rich.deliveries(&harness, &harness.key).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_over_twenty_thousand_bytes_comes_without_its_request_and_results_and_with_the_address() {
    let receiver = Receiver::start().await;
    let harness = server(&[&receiver], 1).await;
    let hook = Hook::make(&harness, &harness.key, &receiver.url(HOOK), &["request.done"]).await;
    let model = json!({"id": "receipts", "name": "Receipts", "prompt": "Read the total"});
    harness.call("POST", "/requests/models").json(model).send().await.expect(201);
    let input = harness.files().add("cat.jpg", "image/jpeg", picture(40, 30));
    let body = json!({"model_id": "receipts", "image": input, "payload": {"note": "x".repeat(19_900)}});
    let id = harness.call("POST", "/requests").json(body).send().await.expect(201).json()["id"].clone();
    let message = receiver.wait(1).await.remove(0);
    message.assert_signed(&hook.secret);
    assert!(message.body.len() < 20_000, "{}", message.body.len());
    let data = &message.json()["data"];
    assert_eq!((&data["id"], &data["status"]), (&id, &json!("completed")));
    assert!(data.get("payload").is_none() && data.get("data").is_none(), "{data}");
    let shown = harness.call("GET", &path_of(data["result_url"].as_str().expect("an address"))).send().await;
    assert_eq!(shown.expect(200).json()["payload"]["note"].as_str().map(str::len), Some(19_900));
}

async fn run(program: &str, arguments: &[&str]) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root).stdin(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(Duration::from_secs(300), command.output()).await;
    let output = output.expect("a program that ends").expect("a program that runs");
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program} {arguments:?}: {stdout}{stderr}");
    stdout.trim().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_published_verifiers_take_what_we_sign_and_nothing_that_was_changed() {
    let receiver = Receiver::start().await;
    let harness = server(&[&receiver], 1).await;
    let hook = Hook::make(&harness, &harness.key, &receiver.url(HOOK), &["batch.cancelled"]).await;
    cancel_a_job(&harness, &harness.key).await;
    let message = receiver.wait(1).await.remove(0);
    let headers: serde_json::Map<String, Value> =
        message.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let sent = json!({"secret": hook.secret, "headers": headers, "body": message.body});
    let file = harness.folder().join("message.json");
    std::fs::write(&file, sent.to_string()).expect("a file");
    let file = file.display().to_string();
    let venv = run("tests/aws/venv", &["standardwebhooks", "standardwebhooks==1.0.0"]).await;
    let python = format!("{venv}/bin/python");
    assert_eq!(run(&python, &["tests/clients/webhooks.py", &file]).await, "batch.cancelled");
    let modules = run("tests/clients/node", &["standardwebhooks@1.0.0"]).await;
    assert_eq!(run("node", &["tests/clients/webhooks.mjs", &modules, &file]).await, "batch.cancelled");
}
