//! Stops, starts, and two servers on one folder.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use harness::{Call, FileAnswer, ServerProcess, picture};
use journeys::{Home, accepted, balance, edit, ended, mode, path_of};
use serde_json::{Value, json};

/// What must be the same after any restart.
async fn keepsakes(server: &ServerProcess, task: u64) -> (String, Value, Value, Value) {
    let report = server.call("GET", &format!("/v1/image/edit/async/{task}")).send().await.expect(200).json();
    let keys = server.call("GET", "/v1/keys").send().await.expect(200).json();
    let ids = keys["data"].as_array().expect("a list").iter().map(|key| key["id"].clone()).collect();
    (server.key(), report, ids, balance(server).await)
}

async fn assert_file(server: &ServerProcess, report: &Value) {
    let url = report["data"]["result"]["output_object"]["tmp_url"].as_str().expect("a URL");
    let file = server.call("GET", &path_of(url)).no_key().send().await.expect(200);
    assert!(file.body.starts_with(b"\xFF\xD8\xFF"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_keeps_the_key_the_tasks_the_files_and_the_balance() {
    let home = Home::new().await;
    let input = home.files.add("cat.jpg", "image/jpeg", picture(40, 30));
    let mut server = home.serve(&[]);
    let task = accepted(server.call("POST", "/v1/image/edit/async").json(edit(&input)).send().await);
    assert_eq!(ended(&server, task).await["status"], "DONE");
    let before = keepsakes(&server, task).await;
    server.terminate();
    assert!(server.wait().success(), "{}", server.log());

    let mut server = home.serve(&[]);
    assert_eq!(keepsakes(&server, task).await, before);
    assert_file(&server, &before.1).await;
    server.kill9();

    let mut server = home.serve(&[]);
    assert_eq!(keepsakes(&server, task).await, before);
    assert_file(&server, &before.1).await;
    assert!(!server.log().contains(&before.0), "the key of the first start is not shown again");
    server.interrupt();
    assert!(server.wait().success(), "{}", server.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_server_on_the_same_folder_is_refused_with_a_clear_message() {
    let home = Home::new().await;
    let server = home.serve(&[]);
    let refused = ServerProcess::try_start(home.folder.path(), &[]);
    let message = refused.expect_err("two servers on one folder");
    assert!(message.contains(&home.data()) && message.contains("another process"), "{message}");
    assert!(!message.contains("panicked"), "{message}");
    server.call("GET", "/v1/balance").send().await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_key_that_cannot_be_written_is_made_by_the_next_start() {
    let home = Home::new().await;
    // A file of something else stands where the key is to go.
    std::fs::write(home.folder.join("key"), "my notes").expect("a file");
    let message = ServerProcess::try_start(home.folder.path(), &[]).expect_err("a key with no place to go");
    assert!(message.contains("the key could not be written to"), "{message}");
    assert_eq!(std::fs::read_to_string(home.folder.join("key")).expect("a file"), "my notes");
    std::fs::remove_file(home.folder.join("key")).expect("a file");
    let server = home.serve(&[]);
    assert_eq!(balance(&server).await, json!([10_000, 0, 0]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_data_folder_that_others_could_read_is_closed_to_them() {
    let home = Home::new().await;
    let data = home.folder.join("data");
    std::fs::create_dir(&data).expect("a folder");
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o755)).expect("a mode");
    let _server = home.serve(&[]);
    assert_eq!(mode(&data), 0o700);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_finishes_the_calls_and_the_tasks_in_flight() {
    let home = Home::new().await;
    let slow = FileAnswer::new("image/jpeg", picture(40, 30)).after(Duration::from_millis(1200));
    let input = home.files.handle("slow.jpg", move |_| slow.clone());
    let mut server = home.serve(&[]);
    let task = accepted(server.call("POST", "/v1/image/edit/async").json(edit(&input)).send().await);
    let call = tokio::spawn(server.call("POST", "/v1/image/edit").json(edit(&input)).send());
    let both_fetch = async {
        while home.files.requests("slow.jpg") < 2 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), both_fetch).await.expect("a call and a task in flight");
    server.terminate();
    let answer = call.await.expect("a call that ends").expect(200);
    assert_eq!(answer.json()["data"]["output"]["width"], 24);
    assert!(server.wait().success(), "{}", server.log());
    assert!(Call::new(server.address(), "GET", "/health").try_send().await.is_err());

    // Nobody works here, so what is done was done before the end.
    let server = home.serve(&[("ATELIER_WORKERS", "off")]);
    let report = server.call("GET", &format!("/v1/image/edit/async/{task}")).send().await.expect(200).json();
    assert_eq!(report["data"]["status"], "DONE", "{report}");
    assert_eq!(balance(&server).await, json!([9_998, 0, 2]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tasks_that_nobody_has_worked_yet_are_worked_after_the_next_start() {
    let home = Home::new().await;
    let input = home.files.add("cat.jpg", "image/jpeg", picture(40, 30));
    let mut server = home.serve(&[("ATELIER_WORKERS", "off")]);
    let mut tasks = Vec::new();
    for _ in 0..5 {
        tasks.push(accepted(server.call("POST", "/v1/image/edit/async").json(edit(&input)).send().await));
    }
    assert_eq!(balance(&server).await, json!([9_995, 5, 0]));
    server.kill9();
    let server = home.serve(&[]);
    for task in tasks {
        assert_eq!(ended(&server, task).await["status"], "DONE");
    }
    assert_eq!(balance(&server).await, json!([9_995, 0, 5]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_waiting_call_held_and_its_idempotency_key_are_free_after_a_kill() {
    let home = Home::new().await;
    let receipt = include_bytes!("../../../data/receipt.png");
    let input = home.files.handle("receipt.png", |request| {
        let answer = FileAnswer::new("image/png", receipt.to_vec());
        if request.earlier == 0 { answer.after(Duration::from_secs(30)) } else { answer }
    });
    let body = json!({"inputMethod": "url", "images": [input], "prompt": "Read the total"});
    let mut server = home.serve(&[]);
    let call = |server: &ServerProcess| {
        let call = server.call("POST", "/api/v1/extract-image").header("idempotency-key", "once");
        call.json(body.clone())
    };
    let first = tokio::spawn(call(&server).try_send());
    while home.files.requests("receipt.png") == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(balance(&server).await[1], 11);
    let repeated = call(&server).send().await.expect(409);
    let wait: u64 = repeated.header("retry-after").parse().expect("seconds");
    assert!(wait <= 30, "{wait}");
    server.kill9();
    assert!(first.await.expect("the first call").is_err());
    let server = home.serve(&[]);
    call(&server).send().await.expect(200);
    for _ in 0..100 {
        if balance(&server).await[1] == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let sheet = balance(&server).await;
    assert_eq!((&sheet[1], &sheet[2]), (&json!(0), &json!(11)));
}
