//! The official clients of the interface that classify and tag are compatible with, unchanged but for their base URL.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use journeys::Home;
use serde_json::json;
use tokio::process::Command;

/// To install a client and to run it, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);

async fn run(program: &str, arguments: &[&str]) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root).env_remove("CLASSER_API_KEY");
    command.stdin(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(PATIENCE, command.output()).await.expect("a program that ends");
    let output = output.expect("a program that runs");
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program} {arguments:?}: {stdout}{stderr}");
    stdout.trim().to_owned()
}

/// Both clients against one server; an empty key: without one.
async fn both(url: &str, key: &str) {
    let venv = run("tests/aws/venv", &["classer", "classer==0.0.6"]).await;
    let python = format!("{venv}/bin/python");
    assert_eq!(run(&python, &["tests/clients/python.py", url, key]).await, "ok");
    let modules = run("tests/clients/node", &["classer-ai@0.0.4"]).await;
    assert_eq!(run("node", &["tests/clients/node.mjs", &modules, url, key]).await, "ok");
}

#[tokio::test]
async fn the_official_clients_work_with_a_key() {
    let home = Home::new().await;
    let server = home.serve(&[]);
    let classifier = json!({"name": "tickets", "labels": ["billing", "football"]});
    server.call("POST", "/v1/classifiers").json(classifier).send().await.expect(201);
    both(&server.base_url(), &server.key()).await;
}

#[tokio::test]
async fn the_official_clients_work_without_a_key_in_public_mode() {
    let home = Home::new().await;
    let server = home.serve(&[("ATELIER_PUBLIC", "on")]);
    both(&server.base_url(), "").await;
}
