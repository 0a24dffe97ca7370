//! Functions in processes of their own, here played by a shell and an endpoint of the test.
#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::convert::Infallible;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use atelier::watch::{WatchError, WatchOptions, run};
use aws_sdk_sqs::config::{Credentials, Region};
use aws_sdk_sqs::types::QueueAttributeName;
use bytes::Bytes;
use embedded::{Embedded, EmbeddedOptions};
use http::Response;
use http_body_util::{BodyExt, Full};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

/// Fails a test that hangs.
async fn bounded<T>(test: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), test).await.expect("the test took too long")
}

/// A folder that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("atelier-watch-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

fn options(folder: &Folder, invoke: SocketAddr, command: &[&str]) -> WatchOptions {
    let mut words = command.iter().map(OsString::from);
    WatchOptions {
        data: folder.0.join("data"),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        invoke,
        key_file: Some(folder.0.join("key")),
        command: words.next().unwrap(),
        arguments: words.collect(),
    }
}

/// Plays the endpoint of the functions: reports the name and the event of each call, and answers that a message `bad` failed.
async fn endpoint(address: SocketAddr) -> mpsc::UnboundedReceiver<(String, Value)> {
    let (sender, calls) = mpsc::unbounded_channel();
    let listener = TcpListener::bind(address).await.unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let sender = sender.clone();
            let service = service_fn(move |request: http::Request<hyper::body::Incoming>| {
                let sender = sender.clone();
                async move {
                    let path = request.uri().path().to_owned();
                    let name = path.strip_prefix("/2015-03-31/functions/").unwrap();
                    let name = name.strip_suffix("/invocations").unwrap().to_owned();
                    let body = request.into_body().collect().await.unwrap().to_bytes();
                    let event: Value = serde_json::from_slice(&body).unwrap();
                    let record = &event["Records"][0];
                    let answer = match record["body"].as_str() {
                        Some("bad") => {
                            json!({"batchItemFailures": [{"itemIdentifier": record["messageId"]}]})
                        }
                        Some(_) => json!({"batchItemFailures": []}),
                        None => Value::Null,
                    };
                    sender.send((name, event)).unwrap();
                    Ok::<_, Infallible>(Response::new(Full::new(Bytes::from(answer.to_string()))))
                }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    calls
}

/// Waits for a file and reads it.
async fn written(path: &Path) -> String {
    loop {
        if let Ok(text) = std::fs::read_to_string(path) {
            return text;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The queues as a function reaches them that knows nothing but its environment.
fn sqs(environment: &HashMap<&str, &str>) -> aws_sdk_sqs::Client {
    let credentials =
        Credentials::from_keys(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"], None);
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version_latest()
        .region(Region::new(environment["AWS_REGION"].to_owned()))
        .endpoint_url(environment["AWS_ENDPOINT_URL_SQS"])
        .credentials_provider(credentials)
        .http_client(aws_smithy_http_client::Builder::new().build_http());
    aws_sdk_sqs::Client::from_conf(config.build())
}

/// Visible messages of a queue, and those handed out.
async fn counts(sqs: &aws_sdk_sqs::Client, queue: &str) -> (String, String) {
    let [waiting, handed_out] = [
        QueueAttributeName::ApproximateNumberOfMessages,
        QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
    ];
    let call = sqs.get_queue_attributes().queue_url(queue).attribute_names(QueueAttributeName::All);
    let found = call.send().await.unwrap().attributes.unwrap();
    (found[&waiting].clone(), found[&handed_out].clone())
}

/// Whether a process runs; one that is dead and not yet collected does not.
fn runs(process: &str) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{}/stat", process.trim()));
    state.is_ok_and(|state| !state.rsplit_once(") ").unwrap().1.starts_with('Z'))
}

#[tokio::test]
async fn functions_reach_the_stores_get_their_messages_and_end_with_the_watch() {
    bounded(async {
        let folder = Folder::new("whole");
        let address = free_address().await;
        let script =
            r#"sleep 600 & echo $! >"$0/grandchild"; env >"$0/env.new"; mv "$0/env.new" "$0/env"; wait"#;
        let options = options(&folder, address, &["sh", "-c", script, folder.0.to_str().unwrap()]);
        let (stop, stopped) = oneshot::channel::<()>();
        let (ready, is_ready) = oneshot::channel();
        let watch = tokio::spawn(async move {
            let stopped = async { stopped.await.unwrap() };
            run(options, |address| ready.send(address).unwrap(), stopped).await
        });

        let environment = written(&folder.0.join("env")).await;
        let environment: HashMap<_, _> =
            environment.lines().filter_map(|line| line.split_once('=')).collect();
        for (name, value) in [
            ("ATELIER_S3_PATH_STYLE", "on"),
            ("ATELIER_TABLE_TASKS", "tasks"),
            ("ATELIER_BUCKET_RESULTS", "atelier-results"),
            ("ATELIER_PUBLIC_URL", &format!("http://{address}")),
            ("AWS_ENDPOINT_URL_DYNAMODB", environment["AWS_ENDPOINT_URL_S3"]),
        ] {
            assert_eq!(environment[name], value, "{name}");
        }
        assert_eq!(environment["ATELIER_FILE_KEYS"].len(), 64);

        let mut calls = endpoint(address).await;
        assert_eq!(is_ready.await.unwrap(), address);
        let (sqs, queue) = (sqs(&environment), environment["ATELIER_QUEUE_EDITS"]);
        for body in ["good", "bad"] {
            sqs.send_message().queue_url(queue).message_body(body).send().await.unwrap();
        }
        let mut seen = Vec::new();
        while seen.len() < 3 {
            let (name, event) = calls.recv().await.unwrap();
            if name == "edit-worker" {
                let record = &event["Records"][0];
                assert_eq!(record["eventSource"], "aws:sqs");
                assert_eq!(record["attributes"]["ApproximateReceiveCount"], "1");
                assert!(record["receiptHandle"].is_string());
            }
            seen.push((name, event["Records"][0]["body"].as_str().unwrap_or("").to_owned()));
        }
        seen.sort();
        let wanted = [("edit-worker", "bad"), ("edit-worker", "good"), ("sweep", "")];
        assert_eq!(seen, wanted.map(|(name, body)| (name.to_owned(), body.to_owned())));
        // The good one is gone, the failed one waits for its visibility.
        while counts(&sqs, queue).await != ("0".to_owned(), "1".to_owned()) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }

        let grandchild = written(&folder.0.join("grandchild")).await;
        assert!(runs(&grandchild));
        stop.send(()).unwrap();
        watch.await.unwrap().unwrap();
        while runs(&grandchild) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(sqs.list_queues().send().await.is_err());
        // The folder is free again, and the first start left a key.
        Embedded::open(&folder.0.join("data"), &EmbeddedOptions::default()).unwrap().close().await;
        assert!(written(&folder.0.join("key")).await.len() > 20);
    })
    .await;
}

#[tokio::test]
async fn a_command_that_ends_or_cannot_start_ends_the_watch() {
    bounded(async {
        let folder = Folder::new("ends");
        let address = free_address().await;
        let never = std::future::pending;
        let ended = run(options(&folder, address, &["sh", "-c", "exit 3"]), |_| {}, never()).await;
        assert!(matches!(&ended, Err(WatchError::Ended(status)) if status.code() == Some(3)), "{ended:?}");
        let missing = run(options(&folder, address, &["/nowhere/at-all"]), |_| {}, never()).await;
        assert!(matches!(missing, Err(WatchError::Start { .. })), "{missing:?}");
    })
    .await;
}

#[tokio::test]
async fn another_server_at_the_address_of_the_functions_is_not_taken_for_them() {
    bounded(async {
        let folder = Folder::new("taken");
        let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = other.local_addr().unwrap();
        let taken = run(options(&folder, address, &["sleep", "600"]), |_| {}, std::future::pending()).await;
        assert!(matches!(taken, Err(WatchError::Taken(found)) if found == address), "{taken:?}");
    })
    .await;
}
